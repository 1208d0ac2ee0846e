-- Functions of some names: those that are not PostgreSQL's own, and of those the ones that the server calls volatile.
select
    namespace.nspname::text,
    routine.proname::text,
    routine.provolatile::text,
    md5(concat(
        (to_jsonb(routine) - array['oid', 'proacl', 'proowner', 'pronamespace'])::text,
        (select to_jsonb(aggregate)::text from pg_catalog.pg_aggregate as aggregate where aggregate.aggfnoid = routine.oid),
        extension.extversion
    )),
    namespace.nspname = any (current_schemas(true)),
    namespace.nspname = 'pg_catalog',
    -- names in a body are those that the session finds
    case
        when language.lanname in ('sql', 'plpgsql')
            and namespace.nspname <> 'pg_catalog'
            and coalesce(routine.proconfig::text, '') not like '%search_path=%'
            and (to_jsonb(routine) ->> 'prosqlbody') is null
            then routine.prosrc
    end
from pg_catalog.pg_proc as routine
inner join pg_catalog.pg_namespace as namespace on namespace.oid = routine.pronamespace
inner join pg_catalog.pg_language as language on language.oid = routine.prolang
left join pg_catalog.pg_depend as depended
    on depended.classid = 'pg_proc'::regclass and depended.objid = routine.oid and depended.deptype = 'e'
left join pg_catalog.pg_extension as extension on extension.oid = depended.refobjid
where routine.proname = any ($1::text[]) and (namespace.nspname <> 'pg_catalog' or routine.provolatile = 'v')
order by 1, 2, 4
