from tests.approvals import Team


def test_thin(team: Team) -> None:
    print(team.refused())
    team.approve("alice")
    print(team.refused())
    team.approve("dave") if False else None
    team.approve("bob")
    print(team.run("approvals"))
    print(team.applied())
    print(team.run("history", "--env", "prod"))
