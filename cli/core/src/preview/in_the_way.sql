turning as (
    select id, name, becomes
    from replaced
),
found as (
    select format('%s has the name of what is published', pg_describe_object('pg_class'::regclass, id, 0)) as obstacle
    from touched
    where kind not in ('r', 'p', 'v', 'm')
    union
    select format('the temporary %s of a session reads what is replaced', pg_describe_object('pg_class'::regclass, id, 0))
    from reading
    where relpersistence = 't'
    union
    select format('a rule of %s reads what is replaced', pg_describe_object('pg_class'::regclass, id, 0))
    from reading
    where kind not in ('v', 'm')
    union
    select format('%s is part of %s', replaced.name, pg_describe_object('pg_class'::regclass, inherits.inhparent, 0))
    from replaced
    inner join pg_catalog.pg_inherits as inherits on inherits.inhrelid = replaced.id
    union
    -- functions, columns of the row type, children
    select format('%s depends on %s', pg_describe_object(dependency.classid, dependency.objid, dependency.objsubid), kept.name)
    from (
        select id, name from replaced
        union all
        select id, name from reading where kind in ('v', 'm')
    ) as kept
    inner join pg_catalog.pg_class as class on class.oid = kept.id
    left join pg_catalog.pg_type as row_type on row_type.oid = class.reltype
    cross join lateral (
        values ('pg_class'::regclass::oid, kept.id),
            ('pg_type'::regclass::oid, row_type.oid),
            ('pg_type'::regclass::oid, row_type.typarray)
    ) as part (catalog, id)
    inner join pg_catalog.pg_depend as dependency
        on dependency.refclassid = part.catalog and dependency.refobjid = part.id and dependency.deptype = 'n'
    left join pg_catalog.pg_class as other
        on dependency.classid = 'pg_class'::regclass and other.oid = dependency.objid
    left join pg_catalog.pg_namespace as other_schema on other_schema.oid = other.relnamespace
    where dependency.classid not in (
            'pg_rewrite'::regclass, 'pg_constraint'::regclass, 'pg_policy'::regclass, 'pg_trigger'::regclass,
            'pg_publication_rel'::regclass, 'pg_statistic_ext'::regclass, 'pg_attrdef'::regclass
        )
        and coalesce(other_schema.nspname, '') not like 'hcw\_shadow\_\_%'
    union
    select obstacle from ({cannot_have}) as cannot_have
    union
    -- what the user of the run may not
    select format('%s belongs to %s, whose member %s is not', replaced.name, pg_get_userbyid(class.relowner), current_user)
    from replaced
    inner join pg_catalog.pg_class as class on class.oid = replaced.id
    where not pg_has_role(class.relowner, 'usage')
    union
    select format(
        '%s is made again, since it reads %s, and belongs to %s, whose member %s is not',
        pg_describe_object('pg_class'::regclass, id, 0), of, pg_get_userbyid(relowner), current_user
    )
    from reading
    where kind in ('v', 'm') and not pg_has_role(relowner, 'usage')
    union
    select format(
        '%s is made again, since it reads %s, and %s may not create in the schema %s',
        pg_describe_object('pg_class'::regclass, id, 0), of, current_user, nspname
    )
    from reading
    where kind in ('v', 'm') and relpersistence <> 't' and not has_schema_privilege(nspname, 'create')
)
select obstacle
from found
order by obstacle
