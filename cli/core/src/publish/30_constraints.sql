
    -- columns that are never null, by hand; those of a primary key are not without it
    select makes || coalesce(jsonb_agg(jsonb_build_array(
        format('not null on the column %I of %I.%I', old_column.attname, relation.schema, relation.name),
        format('alter table %I.%I alter column %I set not null', relation.schema, relation.name, old_column.attname)
    ) order by relation.id, old_column.attnum), '[]') into makes
    from jsonb_to_recordset(kept) as relation (id oid, new_id oid, kind text, schema text, name text, contracted boolean)
    inner join pg_attribute as old_column on old_column.attrelid = relation.id
    inner join pg_attribute as new_column
        on new_column.attrelid = relation.new_id
        and new_column.attname = old_column.attname
    where relation.kind in ('r', 'p')
        and not relation.contracted
        and old_column.attnum > 0
        and old_column.attnotnull
        and not old_column.attisdropped
        and not new_column.attnotnull
        and not exists (
            select from pg_constraint
            where conrelid = relation.id and contype = 'p' and old_column.attnum = any (conkey)
        );

    -- constraints made by hand; what a contract declares was made with the table
    select makes || coalesce(jsonb_agg(jsonb_build_array(
        format('constraint %I of %I.%I', old_constraint.conname, relation.schema, relation.name),
        format(
            '%salter table %I.%I add constraint %I %s%s', within.space,
            relation.schema, relation.name, old_constraint.conname, pg_get_constraintdef(old_constraint.oid), within.rest
        )
    ) order by relation.id, old_constraint.conname), '[]') into makes
    from jsonb_to_recordset(kept) as relation (id oid, new_id oid, kind text, schema text, name text, contracted boolean)
    inner join pg_constraint as old_constraint on old_constraint.conrelid = relation.id
    left join pg_class as index_class on index_class.oid = old_constraint.conindid
    left join pg_tablespace as tablespace on tablespace.oid = index_class.reltablespace
    cross join lateral (
        select
            coalesce('set local default_tablespace = ' || quote_ident(tablespace.spcname) || '; ', '') as space,
            case when tablespace.oid is null then ''
                else format('; set local default_tablespace = %L', current_setting('default_tablespace')) end as rest
    ) as within
    where relation.new_id is not null
        and relation.kind in ('r', 'p')
        and not relation.contracted
        and old_constraint.contype in ('c', 'u', 'p', 'x')
        and not exists (
            select from pg_constraint as new_constraint
            where new_constraint.conrelid = relation.new_id
                and (
                    new_constraint.conname = old_constraint.conname
                    or pg_get_constraintdef(new_constraint.oid) = pg_get_constraintdef(old_constraint.oid)
                )
        );
