
    -- comments that the new one has none of its own for
    select makes || coalesce(jsonb_agg(jsonb_build_array(
        format('comment on %I.%I', relation.schema, relation.name),
        format(
            'comment on %s %I.%I%s is %L',
            case
                when said.objsubid > 0 then 'column'
                when relation.kind = 'v' then 'view'
                when relation.kind = 'm' then 'materialized view'
                else 'table'
            end,
            relation.schema, relation.name, '.' || quote_ident(old_column.attname), said.description
        )
    )), '[]') into makes
    from jsonb_to_recordset(kept) as relation (id oid, new_id oid, kind text, schema text, name text)
    inner join pg_description as said
        on said.classoid = 'pg_class'::regclass
        and said.objoid = relation.id
    left join pg_attribute as old_column
        on old_column.attrelid = relation.id
        and old_column.attnum = said.objsubid
        and said.objsubid > 0
    left join pg_attribute as new_column
        on new_column.attrelid = relation.new_id
        and new_column.attname = old_column.attname
    where (relation.new_id is null or said.objsubid = 0 or new_column.attnum is not null)
        and not exists (
            select from pg_description as present
            where present.classoid = 'pg_class'::regclass
                and present.objoid = relation.new_id
                and present.objsubid = coalesce(new_column.attnum, 0)
        );

    -- storage parameters, and options of views
    select makes || coalesce(jsonb_agg(jsonb_build_array(
        format('settings of %I.%I', relation.schema, relation.name),
        format(
            'alter %s %I.%I set (%s = %L)',
            case relation.kind when 'v' then 'view' when 'm' then 'materialized view' else 'table' end,
            relation.schema, relation.name, set_option.prefix || quote_ident(set_option.name), set_option.value
        )
    )), '[]') into makes
    from jsonb_to_recordset(kept) as relation (id oid, new_id oid, kind text, schema text, name text)
    inner join pg_class as old on old.oid = relation.id
    inner join pg_class as new on new.oid = relation.new_id
    left join pg_class as old_toast on old_toast.oid = old.reltoastrelid
    left join pg_class as new_toast on new_toast.oid = new.reltoastrelid
    cross join lateral (
        select '' as prefix, option_name as name, option_value as value
        from pg_options_to_table(old.reloptions)
        where option_name not in (select option_name from pg_options_to_table(new.reloptions))
        union all
        select 'toast.', option_name, option_value
        from pg_options_to_table(old_toast.reloptions)
        where new_toast.oid is not null
            and option_name not in (select option_name from pg_options_to_table(new_toast.reloptions))
    ) as set_option
    where old.relkind = new.relkind;

    -- settings of columns
    select makes || coalesce(jsonb_agg(jsonb_build_array(
        format('column %I of %I.%I', old_column.attname, relation.schema, relation.name),
        format('alter table %I.%I alter column %I set %s', relation.schema, relation.name, old_column.attname, wanted.setting)
    )), '[]') into makes
    from jsonb_to_recordset(kept) as relation (id oid, new_id oid, kind text, schema text, name text)
    inner join pg_attribute as old_column on old_column.attrelid = relation.id
    inner join pg_attribute as new_column
        on new_column.attrelid = relation.new_id
        and new_column.attname = old_column.attname
    cross join lateral (
        select 'statistics ' || (to_jsonb(old_column) ->> 'attstattarget')
        where (to_jsonb(old_column) ->> 'attstattarget')::integer >= 0
        union all
        select format('(%I = %L)', option_name, option_value)
        from pg_options_to_table(old_column.attoptions)
        -- others are the server's own notes
        where option_name in ('n_distinct', 'n_distinct_inherited')
        union all
        select 'storage ' || case old_column.attstorage
            when 'p' then 'plain' when 'e' then 'external' when 'm' then 'main' else 'extended' end
        where old_column.attstorage <> new_column.attstorage
            and old_column.atttypid = new_column.atttypid
    ) as wanted (setting)
    where relation.kind in ('r', 'p')
        and old_column.attnum > 0
        and not old_column.attisdropped
        and not new_column.attisdropped;

    -- extended statistics: their names stand in a schema of their own choice
    with statistics as (
        select
            extended.oid, format('%I.%I', namespace.nspname, extended.stxname) as name,
            pg_get_statisticsobjdef(extended.oid) as definition, extended.stxowner
        from jsonb_to_recordset(kept) as relation (id oid)
        inner join pg_statistic_ext as extended on extended.stxrelid = relation.id
        inner join pg_namespace as namespace on namespace.oid = extended.stxnamespace
    )
    select
        jsonb_agg(jsonb_build_array(name, 'drop statistics ' || name) order by oid) || drops,
        makes || jsonb_agg(jsonb_build_array('statistics ' || name, definition) order by oid)
    into drops, makes
    from (
        select * from statistics
        union all
        -- aggregates over no rows are null
        select null, null, null, null where not exists (select from statistics)
    ) as statistics;

    -- replica identity
    select makes || coalesce(jsonb_agg(jsonb_build_array(
        format('replica identity of %I.%I', relation.schema, relation.name),
        format(
            'alter table %I.%I replica identity %s', relation.schema, relation.name,
            case old.relreplident when 'n' then 'nothing' when 'f' then 'full'
                else 'using index ' || coalesce(quote_ident(index_class.relname), '') end
        )
    )), '[]') into makes
    from jsonb_to_recordset(kept) as relation (id oid, new_id oid, kind text, schema text, name text)
    inner join pg_class as old on old.oid = relation.id
    left join pg_index as index
        on index.indrelid = relation.id
        and index.indisreplident
    left join pg_class as index_class on index_class.oid = index.indexrelid
    where relation.kind in ('r', 'p')
        and relation.new_id is not null
        and old.relreplident in ('n', 'f', 'i');

    -- publications that list them
    select
        drops || coalesce(jsonb_agg(jsonb_build_array(
            publication, format('alter publication %I drop table %I.%I', publication, schema, name)
        )), '[]'),
        makes || coalesce(jsonb_agg(jsonb_build_array(
            format('publication %I of %I.%I', publication, schema, name),
            format('alter publication %I add table %I.%I%s%s', publication, schema, name, columns, filter)
        )), '[]')
    into drops, makes
    from (
        select
            publication.pubname as publication, relation.schema, relation.name,
            (
                select ' (' || string_agg(quote_ident(attribute.attname), ', ' order by attribute.attnum) || ')'
                from pg_attribute as attribute
                where attribute.attrelid = relation.id
                    and to_jsonb(listed) -> 'prattrs' @> to_jsonb(attribute.attnum)
            ) as columns,
            (
                select ' where ' || (to_jsonb(shown) ->> 'rowfilter')
                from pg_publication_tables as shown
                where shown.pubname = publication.pubname
                    and shown.schemaname = relation.schema
                    and shown.tablename = relation.name
            ) as filter
        from jsonb_to_recordset(kept) as relation (id oid, new_id oid, kind text, schema text, name text)
        inner join pg_publication_rel as listed on listed.prrelid = relation.id
        inner join pg_publication as publication on publication.oid = listed.prpubid
    ) as listed;
