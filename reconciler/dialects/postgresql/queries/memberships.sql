-- Who belongs to whom; from 16 several may have granted the same, and what each of them allows is allowed.
SELECT r.rolname, m.rolname, bool_or(a.admin_option),
       bool_or(a.inherit_option), bool_or(a.set_option), -- from 16
       NULL::boolean, true, -- before 16
       m.rolinherit
FROM pg_auth_members a
JOIN pg_roles r ON r.oid = a.roleid
JOIN pg_roles m ON m.oid = a.member
WHERE m.oid >= 16384 AND m.rolname !~ '^pg_'
GROUP BY r.rolname, m.rolname, m.rolinherit
