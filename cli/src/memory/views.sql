-- What lies beneath views, at any depth: each relation and each function that is not PostgreSQL's own.
with recursive beneath as (
    select wanted.position, to_regclass(wanted.name)::oid as id
    from unnest($1::text[]) with ordinality as wanted (name, position)
    union
    select beneath.position, depended.refobjid
    from beneath
    inner join pg_catalog.pg_rewrite as rule on rule.ev_class = beneath.id
    inner join pg_catalog.pg_depend as depended
        on depended.classid = 'pg_rewrite'::regclass
        and depended.objid = rule.oid
        and depended.refclassid = 'pg_class'::regclass
        and depended.refobjid <> beneath.id
)

select
    beneath.position,
    format('%I.%I', namespace.nspname, class.relname),
    case when class.relkind = 'v' then pg_get_viewdef(class.oid) end,
    (
        select coalesce(array_agg(distinct routine.proname::text), '{}')
        from pg_catalog.pg_rewrite as rule
        inner join pg_catalog.pg_depend as depended
            on depended.classid = 'pg_rewrite'::regclass
            and depended.objid = rule.oid
            and depended.refclassid = 'pg_proc'::regclass
        inner join pg_catalog.pg_proc as routine on routine.oid = depended.refobjid
        where rule.ev_class = class.oid
    )
from beneath
inner join pg_catalog.pg_class as class on class.oid = beneath.id
inner join pg_catalog.pg_namespace as namespace on namespace.oid = class.relnamespace
order by beneath.position, 2
