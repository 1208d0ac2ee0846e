-- what somebody has made on a table that turns into a view, and that goes with it
lost as (
    select replaced.name, made.part
    from replaced
    cross join lateral (
        -- an index that the model declares is named by its digest
        select pg_describe_object('pg_class'::regclass, index.indexrelid, 0) as part
        from pg_catalog.pg_index as index
        inner join pg_catalog.pg_class as class on class.oid = index.indexrelid
        where index.indrelid = replaced.id
            and replaced.becomes = 'v'
            and class.relname !~ '^[0-9a-f]{32}$'
            and not exists (select from pg_catalog.pg_constraint where conindid = index.indexrelid)
        union all
        select format('constraint %I', conname)
        from pg_catalog.pg_constraint
        where conrelid = replaced.id
            and contype in ('c', 'f', 'p', 'u', 'x')
            and replaced.becomes in ('v', 'm')
            and not replaced.contracted
        union all
        select format('not null of the column %I', attname)
        from pg_catalog.pg_attribute
        where attrelid = replaced.id
            and attnum > 0
            and attnotnull
            and not attisdropped
            and replaced.becomes in ('v', 'm')
            and not replaced.contracted
        union all
        select format('default of the column %I', attname)
        from pg_catalog.pg_attribute
        where attrelid = replaced.id
            and atthasdef
            and not attisdropped
            and replaced.becomes = 'm'
    ) as made
)
select name, part
from lost
order by name, part
