-- What a run puts in the place of relations that stand, what it changes where it stands (`in_place`), and what reads
-- those that are replaced, directly or through others.
with recursive touched as (
    select class.oid as id, one.name, one.in_place, one.becomes, one.contracted, class.relkind as kind
    from jsonb_to_recordset({relations}) as one (quoted text, name text, in_place boolean, becomes text, contracted boolean)
    inner join pg_catalog.pg_class as class on class.oid = to_regclass(one.quoted)
),
replaced as (
    select id, name, becomes, contracted, kind
    from touched
    where not in_place
),
reached as (
    select rewrite.ev_class as id, replaced.name as of
    from replaced
    inner join pg_catalog.pg_depend as dependency
        on dependency.refclassid = 'pg_class'::regclass
        and dependency.refobjid = replaced.id
        and dependency.classid = 'pg_rewrite'::regclass
    inner join pg_catalog.pg_rewrite as rewrite on rewrite.oid = dependency.objid
    where rewrite.ev_class <> replaced.id
    union
    select rewrite.ev_class, reached.of
    from reached
    inner join pg_catalog.pg_depend as dependency
        on dependency.refclassid = 'pg_class'::regclass
        and dependency.refobjid = reached.id
        and dependency.classid = 'pg_rewrite'::regclass
    inner join pg_catalog.pg_rewrite as rewrite on rewrite.oid = dependency.objid
    where rewrite.ev_class <> reached.id
),
-- those of them that the run does not replace itself
reading as (
    select class.oid as id, class.relkind as kind, class.relowner, class.relpersistence, namespace.nspname, min(reached.of) as of,
        format('%s.%s', namespace.nspname, class.relname) as name
    from reached
    inner join pg_catalog.pg_class as class on class.oid = reached.id
    inner join pg_catalog.pg_namespace as namespace on namespace.oid = class.relnamespace
    where namespace.nspname not like 'hcw\_shadow\_\_%'
        and not exists (select from replaced where replaced.id = class.oid)
    group by class.oid, class.relkind, class.relowner, class.relpersistence, namespace.nspname, class.relname
),
