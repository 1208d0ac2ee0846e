
    -- sequences that somebody has made and given to a column: they stay where they are, with their values, and belong
    -- to the new column; those that only the column's own default reads are the old table's, unless it goes over
    with owned as (
        select
            one.schema, one.name, one.new_id, old_column.attname,
            format('%I.%I', namespace.nspname, sequence.relname) as sequence
        from jsonb_to_recordset(replaced) as one (old_id oid, new_id oid, schema text, name text)
        inner join pg_depend as ownership
            on ownership.refclassid = 'pg_class'::regclass
            and ownership.refobjid = one.old_id
            and ownership.classid = 'pg_class'::regclass
            and ownership.deptype = 'a'
        inner join pg_class as sequence on sequence.oid = ownership.objid and sequence.relkind = 'S'
        inner join pg_namespace as namespace on namespace.oid = sequence.relnamespace
        inner join pg_attribute as old_column
            on old_column.attrelid = one.old_id and old_column.attnum = ownership.refobjsubid
        left join pg_attrdef as initial
            on initial.adrelid = one.old_id and initial.adnum = ownership.refobjsubid
        where initial.oid is null
            or not exists (
                select from pg_depend
                where classid = 'pg_attrdef'::regclass
                    and objid = initial.oid
                    and refclassid = 'pg_class'::regclass
                    and refobjid = sequence.oid
            )
            or exists (
                select from pg_depend
                where refclassid = 'pg_class'::regclass
                    and refobjid = sequence.oid
                    and deptype = 'n'
                    and not (classid = 'pg_attrdef'::regclass and objid = initial.oid)
            )
            or exists (
                select from pg_attribute as new_column
                where new_column.attrelid = one.new_id
                    and new_column.attname = old_column.attname
                    and not new_column.attisdropped
                    and not new_column.atthasdef
                    and new_column.attidentity = ''
            )
    )
    select
        drops || coalesce(jsonb_agg(jsonb_build_array(
            'sequence ' || sequence, format('alter sequence %s owned by none', sequence)
        ) order by sequence), '[]'),
        makes || coalesce(jsonb_agg(jsonb_build_array(
            'sequence ' || sequence, format('alter sequence %s owned by %I.%I.%I', sequence, schema, name, attname)
        ) order by sequence) filter (where exists (
            select from pg_attribute as new_column
            where new_column.attrelid = owned.new_id
                and new_column.attname = owned.attname
                and not new_column.attisdropped
        )), '[]')
    into drops, makes
    from owned;
