"""Where a command works: the project if there is one, its dialect, its repository, what it manages, its scratch."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from functools import cached_property
from pathlib import Path

import msgspec

from ..config.project import Environment, Project, found_file, load_project
from ..dialects.base import Dialect, Pattern, Scope
from ..dialects.registry import dialect_named, dialect_of_url, is_url
from ..dialects.scratch import scratch_database
from ..dialects.session import Session
from ..errors import ReconcileError
from ..model.access import GRANTS, OWNERS, TOPICS
from ..model.namespaces import PRAGMAS, Pragma
from ..review.repository import Repository
from ..review.trust import TrustRoot, configured, trust_root

Scratch = Callable[[], AbstractContextManager[Session]]


class Workspace:
    """Everything that is looked up once a command. `project` is None for work on bare URLs and folders.

    Where the applier has a trust root, the project's environments are what that says of them: there is no way to a
    workspace of the same project without it.
    """

    def __init__(self, project: Project | None, cwd: Path) -> None:
        self.trust = _trust(project) if project is not None else None
        if project is not None and self.trust is not None:
            ruled = tuple(self.trust.policy.over(e) for e in project.environments)
            project = msgspec.structs.replace(project, environments=ruled)
        self.project = project
        self.cwd = cwd
        self.notices: list[str] = []

    @property
    def required(self) -> Project:
        """The project; raises ReconcileError where there is none."""
        if self.project is None:
            raise ReconcileError(
                "no reconcile.yaml here or in a folder above",
                where=str(self.cwd),
                next="reconcile init, or --config FILE",
            )
        return self.project

    def of(self, dialect: str) -> Workspace:
        """The workspace in which the project has one of its dialects; itself where it has that one."""
        if self.project is None or (self.project.dialect == dialect and not self.project.several):
            return self
        return self._view(self.project.of(dialect))

    def suited(self, dialect: str) -> Workspace:
        """The workspace of a dialect where the project has it; itself for any other."""
        return self.of(dialect) if self.project is not None and dialect in self.project.dialects else self

    def each(self, dialect: str | None = None) -> list[Workspace]:
        """One workspace for each dialect of the project, in the order of the file; for one of them alone if asked."""
        if dialect is not None:
            return [self._view(self.required.of(dialect))]
        return [self._view(v) for v in self.required.views] or [self]

    def around(self, environment: str) -> Workspace:
        """The workspace in which an environment is. Raises ReconcileError where there is none of that name."""
        return self.of(self.dialect_of(environment))

    def dialect_of(self, environment: str) -> str:
        """The name of the dialect of an environment."""
        found = self.required.environment(environment)
        return next((v.dialect for v in self.required.views if found in v.environments), self.required.dialect)

    def _view(self, project: Project) -> Workspace:
        if self.project is not None and self.project.dialect == project.dialect:
            return self
        found = Workspace(msgspec.structs.replace(project, views=self.required.views), self.cwd)
        found.notices = self.notices
        return found

    @cached_property
    def dialect(self) -> Dialect:
        return dialect_named(self.required.dialect)

    @cached_property
    def repository(self) -> Repository:
        return Repository.around(self.required.root)

    @cached_property
    def scope(self) -> Scope:
        return scope_of(self.project)

    @cached_property
    def version(self) -> tuple[int, ...] | None:
        """The server version of the first environment that answers: what is planned for until a lockfile says it.

        A newer server may print a definition otherwise than an older one (a view's columns, 16): a lockfile measured on
        it would be none that the environments have.
        """
        for environment in self.project.environments if self.project is not None else ():
            with suppress(ReconcileError), self.session(environment, read_only=True) as session:
                return session.version
        return None

    def desired_source(self) -> str:
        """What is desired, in the form that sources are addressed by."""
        folder = self.required.manifests
        return self.required.desired if folder is None else str(folder)

    def read_tree(self, ref: str, path: str) -> Mapping[str, bytes]:
        """The files below a path of the repository at a ref, by their path."""
        return self.repository.files(ref, path)

    def environment(self, name: str) -> Environment:
        """The environment of that name, as the trust root has it where there is one."""
        found = self.required.environment(name)
        return self.trust.policy.over(found) if self.trust is not None else found

    @property
    def every_environment(self) -> list[Environment]:
        """Those of all dialects, as the trust root has them."""
        return [self.environment(e.name) for e in self.required.every_environment]

    def scratch(self, dialect: Dialect, version: Sequence[int] | None) -> Scratch:
        """What opens an empty scratch database of a dialect, as near to a version as can be had."""
        setting = (
            self.project.scratch_url() if self.project is not None and self.project.dialect == dialect.name else ""
        )

        @contextmanager
        def opened() -> Iterator[Session]:
            with scratch_database(dialect.name, version=version, setting=setting or None) as database:
                if database.notice and database.notice not in self.notices:
                    self.notices.append(database.notice)
                with database.session() as session:
                    yield session

        return opened

    @contextmanager
    def session(self, environment: Environment, *, read_only: bool = False) -> Iterator[Session]:
        """A session on an environment's database. One that is a file and not there yet reads as an empty database,
        and is made where the environment is written to."""
        url = environment.url()
        if is_url(url) and (found := dialect_of_url(url).name) != self.dialect.name:
            raise ReconcileError(
                f"environment {environment.name} is of {self.dialect.name}, and its URL is of {found}",
                where=str(environment.span),
                next=f"correct the URL, or the dialect of {environment.name}",
            )
        if read_only and self.dialect.is_absent(url):
            url = self.dialect.empty_url
        with self.dialect.connect(url, create=not read_only, read_only=read_only) as session:
            yield session


def scope_of(project: Project | None) -> Scope:
    """What a project manages, as inspection takes it; without one everything that is the database's own."""
    asked = frozenset(project.manage) if project is not None else frozenset()
    numbers = tuple(Pattern(kind=Pragma.kind, name=name) for name in PRAGMAS if name not in asked)
    if project is None:
        return Scope(topics=frozenset({OWNERS, GRANTS}), unmanaged=numbers)
    patterns = tuple(
        Pattern(kind="" if u.kind == "*" else u.kind, name=u.name if u.schema == "*" else f"{u.schema}.{u.name}")
        for u in project.unmanaged
    )
    return Scope(
        hidden=Scope().hidden | {project.version_table.rpartition(".")[2]},
        schemas=project.schemas, unmanaged=(*numbers, *patterns), topics=asked & frozenset(TOPICS),
        keeps_definers=project.definers == "keep",
    )  # fmt: skip


def open_workspace(config: Path | None, *, required: bool = True) -> Workspace:
    """The workspace of the project found from here, or one without a project where none is required."""
    cwd = Path.cwd()
    if not required and config is None:
        try:
            found_file()
        except ReconcileError:
            return Workspace(None, cwd)
    return Workspace(load_project(file=config), cwd)


def _trust(project: Project) -> TrustRoot | None:
    place = configured(project.root)
    return trust_root(place, project.root) if place else None
