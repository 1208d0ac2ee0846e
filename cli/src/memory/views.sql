-- What lies beneath views, and beneath the policies of tables, at any depth: each relation, with the functions that are
-- not PostgreSQL's own.
with recursive beneath as (
    select wanted.position, to_regclass(wanted.name)::oid as id
    from unnest($1::text[]) with ordinality as wanted (name, position)
    union
    select beneath.position, depended.refobjid
    from beneath
    inner join lateral (
        select 'pg_rewrite'::regclass as kind, rule.oid as id from pg_catalog.pg_rewrite as rule where rule.ev_class = beneath.id
        union all
        select 'pg_policy'::regclass, policy.oid
        from pg_catalog.pg_policy as policy
        inner join pg_catalog.pg_class as guarded on guarded.oid = policy.polrelid and guarded.relrowsecurity
        where policy.polrelid = beneath.id
    ) as reader on true
    inner join pg_catalog.pg_depend as depended
        on depended.classid = reader.kind
        and depended.objid = reader.id
        and depended.refclassid = 'pg_class'::regclass
        and depended.refobjid <> beneath.id
)

select
    beneath.position,
    format('%I.%I', namespace.nspname, class.relname),
    case when class.relkind = 'v' then pg_get_viewdef(class.oid) end,
    (
        select coalesce(json_agg(json_build_array(schema.nspname, routine.proname) order by routine.oid), '[]')::text
        from pg_catalog.pg_proc as routine
        inner join pg_catalog.pg_namespace as schema on schema.oid = routine.pronamespace
        where routine.oid in (
            select depended.refobjid
            from pg_catalog.pg_depend as depended
            where depended.refclassid = 'pg_proc'::regclass
            and (
                depended.classid = 'pg_rewrite'::regclass
                and depended.objid in (select rule.oid from pg_catalog.pg_rewrite as rule where rule.ev_class = class.oid)
                or depended.classid = 'pg_policy'::regclass
                and depended.objid in (select policy.oid from pg_catalog.pg_policy as policy where policy.polrelid = class.oid)
            )
        )
    ),
    (
        select coalesce(array_agg(pg_get_expr(policy.polqual, policy.polrelid) order by policy.polname), '{}')
        from pg_catalog.pg_policy as policy
        where policy.polrelid = class.oid and class.relrowsecurity and policy.polcmd in ('*', 'r') and policy.polqual is not null
    ),
    -- what lies beneath a view is read with its owner's rights
    case when class.relkind = 'v' then concat_ws(
        ' ', owner.oid, owner.rolsuper, owner.rolbypassrls,
        case when not owner.rolsuper then (
            select string_agg(held.oid::text, ',' order by held.oid)
            from pg_catalog.pg_roles as held
            where pg_has_role(owner.oid, held.oid, 'usage')
        ) end
    ) end
from beneath
inner join pg_catalog.pg_class as class on class.oid = beneath.id
inner join pg_catalog.pg_namespace as namespace on namespace.oid = class.relnamespace
left join pg_catalog.pg_roles as owner on owner.oid = class.relowner
order by beneath.position, 2
