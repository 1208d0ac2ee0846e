
    -- indexes made by hand: a declared one is named by its digest
    select makes || coalesce(jsonb_agg(jsonb_build_array(
        format('index %I.%I', relation.schema, index_class.relname),
        within.space || pg_get_indexdef(index.indexrelid) || within.rest
    ) order by index.indexrelid), '[]') into makes
    from jsonb_to_recordset(kept) as relation (id oid, new_id oid, kind text, schema text, name text)
    inner join pg_index as index on index.indrelid = relation.id
    inner join pg_class as index_class on index_class.oid = index.indexrelid
    left join pg_tablespace as tablespace on tablespace.oid = index_class.reltablespace
    cross join lateral (
        select
            coalesce('set local default_tablespace = ' || quote_ident(tablespace.spcname) || '; ', '') as space,
            case when tablespace.oid is null then ''
                else format('; set local default_tablespace = %L', current_setting('default_tablespace')) end as rest
    ) as within
    where relation.kind in ('r', 'p', 'm')
        and index.indisvalid
        and not exists (select from pg_constraint as owner where owner.conindid = index.indexrelid)
        and (relation.new_id is null or index_class.relname !~ '^[0-9a-f]{32}$')
        and not (
            array[index.indisunique::text, substring(pg_get_indexdef(index.indexrelid) from ' USING .*$')]
            in (
                select array[new_index.indisunique::text, substring(pg_get_indexdef(new_index.indexrelid) from ' USING .*$')]
                from pg_index as new_index
                where new_index.indrelid = relation.new_id
            )
        );

    -- foreign keys made by hand
    select makes || coalesce(jsonb_agg(jsonb_build_array(
        format('constraint %I of %I.%I', old_constraint.conname, relation.schema, relation.name),
        format(
            'alter table %I.%I add constraint %I %s',
            relation.schema, relation.name, old_constraint.conname, pg_get_constraintdef(old_constraint.oid)
        )
    ) order by relation.id, old_constraint.conname), '[]') into makes
    from jsonb_to_recordset(kept) as relation (id oid, new_id oid, kind text, schema text, name text, contracted boolean)
    inner join pg_constraint as old_constraint on old_constraint.conrelid = relation.id
    where relation.new_id is not null
        and relation.kind in ('r', 'p')
        and not relation.contracted
        and old_constraint.contype = 'f'
        and not exists (
            select from pg_constraint as new_constraint
            where new_constraint.conrelid = relation.new_id
                and (
                    new_constraint.conname = old_constraint.conname
                    or pg_get_constraintdef(new_constraint.oid) = pg_get_constraintdef(old_constraint.oid)
                )
        );

    -- foreign keys of other tables: kept even where rows no longer fit, then not validated; the server has no such
    -- keys on partitioned tables
    with incoming as (
        select
            other.conname, other.oid, other.conrelid::regclass::text as table_name,
            replace(pg_get_constraintdef(other.oid), ' NOT VALID', '') as definition, other.convalidated,
            holder.relkind <> 'p' as may_be_not_valid
        from jsonb_to_recordset(replaced) as one (old_id oid)
        inner join pg_constraint as other on other.confrelid = one.old_id
        inner join pg_class as holder on holder.oid = other.conrelid
        where other.contype = 'f'
            and other.conparentid = 0
            and not exists (
                select from jsonb_to_recordset(replaced) as own (old_id oid) where own.old_id = other.conrelid
            )
    )
    select
        drops || coalesce(jsonb_agg(jsonb_build_array(
            conname, format('alter table %s drop constraint %I', table_name, conname)
        ) order by table_name, conname), '[]'),
        makes || coalesce(jsonb_agg(jsonb_build_array(
            format('foreign key %I of %s', conname, table_name),
            format(
                'alter table %s add constraint %I %s%s', table_name, conname, definition,
                case when may_be_not_valid then ' not valid' else '' end
            )
        ) order by table_name, conname), '[]'),
        checks || coalesce(jsonb_agg(jsonb_build_array(
            format('foreign key %I of %s', conname, table_name),
            format('alter table %s validate constraint %I', table_name, conname)
        ) order by table_name, conname) filter (where convalidated and may_be_not_valid), '[]')
    into drops, makes, checks
    from incoming;
