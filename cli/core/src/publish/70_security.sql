
    -- row-level security
    select makes || coalesce(jsonb_agg(jsonb_build_array(
        format('row-level security of %I.%I', relation.schema, relation.name),
        format('alter table %I.%I %s row level security', relation.schema, relation.name, switch.way)
    )), '[]') into makes
    from jsonb_to_recordset(kept) as relation (id oid, new_id oid, kind text, schema text, name text)
    inner join pg_class as old on old.oid = relation.id
    inner join pg_class as new on new.oid = relation.new_id
    cross join lateral (
        values ('enable', old.relrowsecurity and not new.relrowsecurity),
            ('force', old.relforcerowsecurity and not new.relforcerowsecurity)
    ) as switch (way, is_wanted)
    where relation.kind in ('r', 'p')
        and switch.is_wanted;

    -- policies: their own, and those of other tables that read them
    with policies as (
        select
            policy.*, relation.schema, relation.name, relation.schema as made_in, false as is_others
        from jsonb_to_recordset(kept) as relation (id oid, new_id oid, kind text, schema text, name text)
        inner join pg_policy as policy on policy.polrelid = relation.id
        where relation.kind in ('r', 'p')
            and not exists (
                select from pg_policy as present
                where present.polrelid = relation.new_id
                    and present.polname = policy.polname
            )
        union all
        -- a table of the shadow has moved when its policy is made again
        select policy.*, namespace.nspname, class.relname, coalesce(moved.schema, namespace.nspname), true
        from pg_policy as policy
        inner join pg_class as class on class.oid = policy.polrelid
        inner join pg_namespace as namespace on namespace.oid = class.relnamespace
        left join jsonb_to_recordset(replaced) as moved (new_id oid, schema text) on moved.new_id = class.oid
        where policy.oid in (
            select dependency.objid
            from jsonb_to_recordset(kept) as relation (id oid)
            inner join pg_depend as dependency
                on dependency.refclassid = 'pg_class'::regclass
                and dependency.refobjid = relation.id
                and dependency.classid = 'pg_policy'::regclass
                and dependency.deptype = 'n'
        )
            and not exists (
                select from jsonb_to_recordset(kept) as relation (id oid) where relation.id = policy.polrelid
            )
    )
    select
        drops || coalesce(jsonb_agg(jsonb_build_array(
            polname, format('drop policy %I on %I.%I', polname, schema, name)
        ) order by oid) filter (where is_others), '[]'),
        makes || coalesce(jsonb_agg(jsonb_build_array(
            format('policy %I of %I.%I', polname, made_in, name),
            format(
                'create policy %I on %I.%I as %s for %s to %s%s%s',
                polname, made_in, name,
                case when polpermissive then 'permissive' else 'restrictive' end,
                case polcmd when 'r' then 'select' when 'a' then 'insert' when 'w' then 'update' when 'd' then 'delete'
                    else 'all' end,
                (
                    select string_agg(
                        case when role = 0 then 'public' else quote_ident(pg_get_userbyid(role)) end, ', '
                    )
                    from unnest(polroles) as role
                ),
                ' using (' || pg_get_expr(polqual, polrelid) || ')',
                ' with check (' || pg_get_expr(polwithcheck, polrelid) || ')'
            )
        ) order by oid), '[]')
        || coalesce(jsonb_agg(jsonb_build_array(
            format('comment on the policy %I of %I.%I', polname, made_in, name),
            format('comment on policy %I on %I.%I is %L', polname, made_in, name, obj_description(oid, 'pg_policy'))
        ) order by oid) filter (where obj_description(oid, 'pg_policy') is not null), '[]')
    into drops, makes
    from policies;

    -- labels of security providers
    select makes || coalesce(jsonb_agg(jsonb_build_array(
        format('security label of %I.%I', relation.schema, relation.name),
        format(
            'security label for %I on %s %I.%I%s is %L',
            label.provider,
            case
                when label.objsubid > 0 then 'column'
                when relation.kind = 'v' then 'view'
                when relation.kind = 'm' then 'materialized view'
                else 'table'
            end,
            relation.schema, relation.name, '.' || quote_ident(labelled.attname), label.label
        )
    )), '[]') into makes
    from jsonb_to_recordset(kept) as relation (id oid, new_id oid, kind text, schema text, name text)
    inner join pg_seclabel as label
        on label.classoid = 'pg_class'::regclass
        and label.objoid = relation.id
    left join pg_attribute as labelled
        on labelled.attrelid = relation.id
        and labelled.attnum = label.objsubid
        and label.objsubid > 0;
