-- Functions of some names: those that are not PostgreSQL's own, and of those the ones that the server calls volatile.
select
    namespace.nspname::text,
    routine.proname::text,
    routine.provolatile::text,
    md5(concat(
        (to_jsonb(routine) - array['oid', 'proacl', 'proowner', 'pronamespace'])::text,
        to_jsonb(aggregate)::text,
        extension.extversion
    )),
    namespace.nspname = any (current_schemas(true)),
    namespace.nspname = 'pg_catalog',
    case
        when namespace.nspname = 'pg_catalog' then null
        -- a body that was read when it was made has no text of its own
        when (to_jsonb(routine) ->> 'prosqlbody') is not null then pg_get_functiondef(routine.oid)
        when language.lanname in ('sql', 'plpgsql') then routine.prosrc
    end,
    -- names in a body are those that the session finds, but for these
    coalesce(routine.proconfig::text, '') like '%search_path=%' and (to_jsonb(routine) ->> 'prosqlbody') is null,
    routine.pronargs > 0 and routine.pronargs - routine.pronargdefaults <= 1 and exists (
        select from pg_catalog.pg_type as given where given.oid = routine.proargtypes[0] and given.typtype in ('c', 'd', 'p')
    ),
    case when aggregate.aggfnoid is not null then (
        select json_agg(json_build_array(schema.nspname, support.proname) order by support.oid)::text
        from pg_catalog.pg_proc as support
        inner join pg_catalog.pg_namespace as schema on schema.oid = support.pronamespace
        where support.oid in (
            aggregate.aggtransfn, aggregate.aggfinalfn, aggregate.aggcombinefn, aggregate.aggserialfn, aggregate.aggdeserialfn,
            aggregate.aggmtransfn, aggregate.aggminvtransfn, aggregate.aggmfinalfn
        )
    ) end
from pg_catalog.pg_proc as routine
inner join pg_catalog.pg_namespace as namespace on namespace.oid = routine.pronamespace
inner join pg_catalog.pg_language as language on language.oid = routine.prolang
left join pg_catalog.pg_aggregate as aggregate on aggregate.aggfnoid = routine.oid
left join pg_catalog.pg_depend as depended
    on depended.classid = 'pg_proc'::regclass and depended.objid = routine.oid and depended.deptype = 'e'
left join pg_catalog.pg_extension as extension on extension.oid = depended.refobjid
where routine.proname = any ($1::text[]) and (namespace.nspname <> 'pg_catalog' or routine.provolatile = 'v')
order by 1, 2, 4
