with wanted as (
    select to_regclass(one.relation)::oid as id, one.relation, one.contracted, columns.name, columns.lost
    from jsonb_to_recordset({relations}) as one (relation text, contracted boolean, columns jsonb)
    cross join lateral jsonb_to_recordset(one.columns) as columns (name text, lost boolean)
),
read as (
    select wanted.id, wanted.relation, wanted.contracted, wanted.name, wanted.lost, dependency.classid, dependency.objid
    from wanted
    inner join pg_catalog.pg_attribute as attribute
        on attribute.attrelid = wanted.id
        and attribute.attname = wanted.name
    inner join pg_catalog.pg_depend as dependency
        on dependency.refclassid = 'pg_class'::regclass
        and dependency.refobjid = wanted.id
        and dependency.refobjsubid = attribute.attnum
        and dependency.deptype in ('n', 'a')
),
found as (
    select read.relation, read.name, format(
        '%s %I.%I',
        case class.relkind when 'v' then 'view' when 'm' then 'materialized view' else 'table' end,
        namespace.nspname, class.relname
    ) as reader, format('%s.%s', namespace.nspname, class.relname) as reading
    from read
    inner join pg_catalog.pg_rewrite as rewrite
        on read.classid = 'pg_rewrite'::regclass and rewrite.oid = read.objid
    inner join pg_catalog.pg_class as class on class.oid = rewrite.ev_class
    inner join pg_catalog.pg_namespace as namespace on namespace.oid = class.relnamespace
    union
    select read.relation, read.name, format('policy %I of %s', policy.polname, policy.polrelid::regclass), ''
    from read
    inner join pg_catalog.pg_policy as policy on read.classid = 'pg_policy'::regclass and policy.oid = read.objid
    union
    select read.relation, read.name, format('foreign key %I of %s', foreign_key.conname, foreign_key.conrelid::regclass), ''
    from wanted
    inner join pg_catalog.pg_attribute as attribute on attribute.attrelid = wanted.id and attribute.attname = wanted.name
    inner join pg_catalog.pg_constraint as foreign_key
        on foreign_key.contype = 'f'
        and foreign_key.confrelid = wanted.id
        and attribute.attnum = any (foreign_key.confkey)
    cross join lateral (select wanted.relation, wanted.name) as read
    union
    select wanted.relation, wanted.name, format(
        'the right of %s to %s it',
        case right_of.grantee when 0 then 'public' else pg_get_userbyid(right_of.grantee)::text end,
        lower(right_of.privilege_type)
    ), ''
    from wanted
    inner join pg_catalog.pg_attribute as attribute on attribute.attrelid = wanted.id and attribute.attname = wanted.name
    cross join lateral aclexplode(attribute.attacl) as right_of
    where wanted.lost
    union
    -- what goes over with any type; what the model declares itself, it declares anew
    select read.relation, read.name, pg_describe_object(read.classid, read.objid, 0), ''
    from read
    left join pg_catalog.pg_class as index
        on read.classid = 'pg_class'::regclass
        and index.oid = read.objid
        and index.relkind = 'i'
    left join pg_catalog.pg_constraint as own on read.classid = 'pg_constraint'::regclass and own.oid = read.objid
    where read.lost
        and (
            read.classid in (
                'pg_trigger'::regclass, 'pg_statistic_ext'::regclass, 'pg_publication_rel'::regclass, 'pg_proc'::regclass
            )
            or index.relname !~ '^[0-9a-f]{32}$'
            or own.contype in ('c', 'f', 'p', 'u', 'x') and own.conrelid = read.id and not read.contracted
        )
)
select relation, name, reader
from found
where not {built}::jsonb ? reading
    and reading not like 'hcw\_shadow\_\_%'
order by 1, 2, 3
