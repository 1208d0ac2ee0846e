
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
    left join pg_class as new on new.oid = relation.new_id
    left join pg_class as old_toast on old_toast.oid = old.reltoastrelid
    left join pg_class as new_toast on new_toast.oid = new.reltoastrelid
    cross join lateral (
        select '' as prefix, option_name as name, option_value as value
        from pg_options_to_table(old.reloptions)
        -- one that is made again is made with them
        where new.oid is not null
            and option_name not in (select option_name from pg_options_to_table(new.reloptions))
        union all
        select 'toast.', option_name, option_value
        from pg_options_to_table(old_toast.reloptions)
        where (new.oid is null or new_toast.oid is not null)
            and option_name not in (select option_name from pg_options_to_table(new_toast.reloptions))
    ) as set_option
    where old.relkind = coalesce(new.relkind, old.relkind);

    -- settings of columns
    select makes || coalesce(jsonb_agg(jsonb_build_array(
        format('column %I of %I.%I', old_column.attname, relation.schema, relation.name),
        format('alter table %I.%I alter column %I set %s', relation.schema, relation.name, old_column.attname, wanted.setting)
    )), '[]') into makes
    from jsonb_to_recordset(kept) as relation (id oid, new_id oid, kind text, schema text, name text)
    inner join pg_attribute as old_column on old_column.attrelid = relation.id
    inner join pg_type as type on type.oid = old_column.atttypid
    left join pg_attribute as new_column
        on new_column.attrelid = relation.new_id
        and new_column.attname = old_column.attname
        and not new_column.attisdropped
    left join pg_attrdef as standard
        on standard.adrelid = relation.id
        and standard.adnum = old_column.attnum
        and old_column.attgenerated = ''
    cross join lateral (
        select 'statistics ' || (to_jsonb(old_column) ->> 'attstattarget')
        where (to_jsonb(old_column) ->> 'attstattarget')::integer >= 0
            and relation.kind <> 'v'
        union all
        select format('(%I = %L)', option_name, option_value)
        from pg_options_to_table(old_column.attoptions)
        -- others are the server's own notes
        where option_name in ('n_distinct', 'n_distinct_inherited')
            and relation.kind <> 'v'
        union all
        select 'storage ' || case old_column.attstorage
            when 'p' then 'plain' when 'e' then 'external' when 'm' then 'main' else 'extended' end
        where old_column.attstorage <> coalesce(new_column.attstorage, type.typstorage)
            and old_column.atttypid = coalesce(new_column.atttypid, old_column.atttypid)
            and relation.kind <> 'v'
        union all
        select 'compression ' || case old_column.attcompression when 'l' then 'lz4' else 'pglz' end
        where old_column.attcompression <> ''
            and old_column.attcompression <> coalesce(new_column.attcompression, '')
            and old_column.atttypid = coalesce(new_column.atttypid, old_column.atttypid)
            and relation.kind <> 'v'
        union all
        select 'default ' || pg_get_expr(standard.adbin, standard.adrelid)
        where standard.adbin is not null
            and relation.kind <> 'm'
            and (relation.new_id is null or not new_column.atthasdef and new_column.attidentity = '')
    ) as wanted (setting)
    where (relation.new_id is null or new_column.attnum is not null)
        and old_column.attnum > 0
        and not old_column.attisdropped;

    -- extended statistics: their names stand in a schema of their own choice
    with statistics as (
        select
            extended.oid, format('%I.%I', namespace.nspname, extended.stxname) as name,
            pg_get_statisticsobjdef(extended.oid) as definition,
            (to_jsonb(extended) ->> 'stxstattarget')::integer as target,
            pg_get_userbyid(extended.stxowner) as owner,
            obj_description(extended.oid, 'pg_statistic_ext') as description
        from jsonb_to_recordset(kept) as relation (id oid)
        inner join pg_statistic_ext as extended on extended.stxrelid = relation.id
        inner join pg_namespace as namespace on namespace.oid = extended.stxnamespace
    )

    select
        coalesce(jsonb_agg(jsonb_build_array(name, 'drop statistics ' || name) order by oid)
            filter (where wanted.position = 1), '[]') || drops,
        makes || coalesce(jsonb_agg(jsonb_build_array('statistics ' || name, wanted.statement)
            order by oid, wanted.position) filter (where wanted.statement is not null), '[]')
    into drops, makes
    from statistics
    cross join lateral (
        values
            (1, definition),
            (2, case when target >= 0 then format('alter statistics %s set statistics %s', name, target) end),
            (3, 'comment on statistics ' || name || ' is ' || quote_literal(description)),
            (4, case when owner <> current_user then format('alter statistics %s owner to %I', name, owner) end)
    ) as wanted (position, statement);

    -- replica identity; that by an index comes with the indexes
    select makes || coalesce(jsonb_agg(jsonb_build_array(
        format('replica identity of %I.%I', relation.schema, relation.name),
        format(
            'alter table %I.%I replica identity %s', relation.schema, relation.name,
            case old.relreplident when 'n' then 'nothing' else 'full' end
        )
    )), '[]') into makes
    from jsonb_to_recordset(kept) as relation (id oid, new_id oid, kind text, schema text, name text)
    inner join pg_class as old on old.oid = relation.id
    where relation.kind in ('r', 'p')
        and relation.new_id is not null
        and old.relreplident in ('n', 'f');

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
                select ' where (' || (to_jsonb(shown) ->> 'rowfilter') || ')'
                from pg_publication_tables as shown
                where shown.pubname = publication.pubname
                    and shown.schemaname = relation.schema
                    and shown.tablename = relation.name
            ) as filter
        from jsonb_to_recordset(kept) as relation (id oid, new_id oid, kind text, schema text, name text)
        inner join pg_publication_rel as listed on listed.prrelid = relation.id
        inner join pg_publication as publication on publication.oid = listed.prpubid
    ) as listed;
