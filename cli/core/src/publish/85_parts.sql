
    -- Indexes under the names that they have now: their own, or that of one that is the same. What is said of them, and
    -- what they are used for.
    with indexes as (
        select
            relation.schema, relation.name, index.*, old.relname as old_name, same.indexrelid as new_index,
            coalesce(
                same.relname,
                -- what is not made again is gone with its declaration
                case when relation.new_id is null
                    or case when owner.oid is null then old.relname !~ '^[0-9a-f]{32}$' else not relation.contracted end
                    then old.relname end
            ) as new_name
        from jsonb_to_recordset(kept) as relation (id oid, new_id oid, schema text, name text, contracted boolean)
        inner join pg_index as index on index.indrelid = relation.id
        inner join pg_class as old on old.oid = index.indexrelid
        left join pg_constraint as owner on owner.conindid = index.indexrelid and owner.conrelid = relation.id
        left join lateral (
            select present.indexrelid, class.relname
            from pg_index as present
            inner join pg_class as class on class.oid = present.indexrelid
            where present.indrelid = relation.new_id
                and (
                    class.relname = old.relname
                    or (
                        present.indisunique = index.indisunique
                        and substring(pg_get_indexdef(present.indexrelid) from ' USING .*$')
                            = substring(pg_get_indexdef(index.indexrelid) from ' USING .*$')
                    )
                )
            order by class.relname = old.relname desc, class.relname
            limit 1
        ) as same on true
        where index.indisvalid
    )

    select makes || coalesce(jsonb_agg(jsonb_build_array(wanted.object, wanted.statement)), '[]') into makes
    from indexes
    cross join lateral (
        values
            (
                format('comment on the index %I.%I', schema, old_name),
                format('comment on index %I.', schema) || quote_ident(new_name) || ' is '
                || case when obj_description(new_index, 'pg_class') is null
                    then quote_literal(obj_description(indexrelid, 'pg_class')) end
            ),
            (
                format('clustering of %I.%I', schema, name),
                case when indisclustered and new_name is not null
                    then format('alter table %I.%I cluster on %I', schema, name, new_name) end
            ),
            (
                format('replica identity of %I.%I', schema, name),
                case when indisreplident then format(
                    'alter table %I.%I replica identity using index %I', schema, name, coalesce(new_name, old_name)
                ) end
            )
        union all
        select
            format('statistics of the index %I.%I', schema, old_name),
            format(
                'alter index %I.%I alter column %s set statistics %s', schema, new_name, attnum,
                to_jsonb(pg_attribute) ->> 'attstattarget'
            )
        from pg_attribute
        where attrelid = indexrelid
            and (to_jsonb(pg_attribute) ->> 'attstattarget')::integer >= 0
            and new_name is not null
    ) as wanted (object, statement)
    where wanted.statement is not null;

    -- what is said of constraints, of foreign keys of other tables, of triggers and of rules
    with parts as (
        select
            'constraint' as kind, part.oid, part.tableoid, part.conname as name, format('%I.%I', schema, relation.name) as of,
            same.oid as new_part, coalesce(same.conname, case when not relation.contracted then part.conname end) as new_name
        from jsonb_to_recordset(kept) as relation (id oid, new_id oid, schema text, name text, contracted boolean)
        inner join pg_constraint as part on part.conrelid = relation.id
        left join lateral (
            select present.oid, present.conname
            from pg_constraint as present
            where present.conrelid = relation.new_id
                and (
                    present.conname = part.conname
                    or pg_get_constraintdef(present.oid) = pg_get_constraintdef(part.oid)
                )
            order by present.conname = part.conname desc, present.conname
            limit 1
        ) as same on true
        union all
        select 'constraint', part.oid, part.tableoid, part.conname, part.conrelid::regclass::text, null, part.conname
        from jsonb_to_recordset(replaced) as one (old_id oid)
        inner join pg_constraint as part on part.confrelid = one.old_id
        where part.contype = 'f'
            and part.conparentid = 0
            and not exists (
                select from jsonb_to_recordset(replaced) as own (old_id oid) where own.old_id = part.conrelid
            )
        union all
        select
            'trigger', part.oid, part.tableoid, part.tgname, format('%I.%I', schema, relation.name), present.oid, part.tgname
        from jsonb_to_recordset(kept) as relation (id oid, new_id oid, schema text, name text)
        inner join pg_trigger as part on part.tgrelid = relation.id and not part.tgisinternal
        left join pg_trigger as present on present.tgrelid = relation.new_id and present.tgname = part.tgname
        union all
        select
            'rule', part.oid, part.tableoid, part.rulename, format('%I.%I', schema, relation.name), present.oid, part.rulename
        from jsonb_to_recordset(kept) as relation (id oid, new_id oid, schema text, name text)
        inner join pg_rewrite as part on part.ev_class = relation.id and part.rulename <> '_RETURN'
        left join pg_rewrite as present on present.ev_class = relation.new_id and present.rulename = part.rulename
    )

    select makes || coalesce(jsonb_agg(jsonb_build_array(
        format('comment on the %s %I of %s', parts.kind, parts.name, parts.of),
        format('comment on %s %I on %s is %L', parts.kind, parts.new_name, parts.of, said.description)
    )), '[]') into makes
    from parts
    inner join pg_description as said
        on said.classoid = parts.tableoid
        and said.objoid = parts.oid
        and said.objsubid = 0
    where parts.new_name is not null
        and not exists (
            select from pg_description as present
            where present.classoid = parts.tableoid
                and present.objoid = parts.new_part
        );
