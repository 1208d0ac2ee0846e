locked as (
    select id, 'ACCESS EXCLUSIVE' as mode, 'replaced' as why, 1 as rank
    from replaced
    union all
    select id, 'ROW EXCLUSIVE', 'changed where it stands', 1
    from touched
    where in_place
    union all
    select id, 'ACCESS EXCLUSIVE', format('{fate}, since it reads %s', of), 2
    from reading
    where kind in ('v', 'm')
    union all
    select policy.polrelid, 'ACCESS EXCLUSIVE', format('its policy %s is {fate}', min(policy.polname)), 3
    from replaced
    inner join pg_catalog.pg_depend as dependency
        on dependency.refclassid = 'pg_class'::regclass
        and dependency.refobjid = replaced.id
        and dependency.classid = 'pg_policy'::regclass
    inner join pg_catalog.pg_policy as policy on policy.oid = dependency.objid
    where policy.polrelid <> replaced.id
    group by policy.polrelid
    union all
    select foreign_key.conrelid, 'ACCESS EXCLUSIVE', format('its foreign key %s is {fate}', min(foreign_key.conname)), 3
    from replaced
    inner join pg_catalog.pg_constraint as foreign_key
        on foreign_key.contype = 'f' and foreign_key.confrelid = replaced.id and foreign_key.conrelid <> replaced.id
    group by foreign_key.conrelid
    union all
    select foreign_key.confrelid, 'SHARE ROW EXCLUSIVE', format('%s refers to it', min(replaced.name)), 4
    from replaced
    inner join pg_catalog.pg_constraint as foreign_key
        on foreign_key.contype = 'f' and foreign_key.conrelid = replaced.id and foreign_key.confrelid <> replaced.id
    group by foreign_key.confrelid
)
select distinct on (class.oid) format('%s.%s', namespace.nspname, class.relname), locked.mode, locked.why
from locked
inner join pg_catalog.pg_class as class on class.oid = locked.id
inner join pg_catalog.pg_namespace as namespace on namespace.oid = class.relnamespace
where namespace.nspname not like 'hcw\_shadow\_\_%'
order by class.oid, locked.rank
