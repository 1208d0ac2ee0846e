
    -- triggers, and whether they fire
    select makes || coalesce(jsonb_agg(made.statement order by trigger.oid, made.position), '[]') into makes
    from jsonb_to_recordset(kept) as relation (id oid, new_id oid, kind text, schema text, name text)
    inner join pg_trigger as trigger on trigger.tgrelid = relation.id
    cross join lateral (
        values
            (1, pg_get_triggerdef(trigger.oid)),
            (2, case when trigger.tgenabled in ('D', 'R', 'A') then format(
                'alter table %I.%I %s trigger %I', relation.schema, relation.name,
                case trigger.tgenabled when 'D' then 'disable' when 'R' then 'enable replica' else 'enable always' end,
                trigger.tgname
            ) end)
    ) as wanted (position, statement)
    cross join lateral (
        select wanted.position, jsonb_build_array(
            format('trigger %I of %I.%I', trigger.tgname, relation.schema, relation.name), wanted.statement
        ) as statement
    ) as made
    where not trigger.tgisinternal
        and trigger.tgparentid = 0
        and wanted.statement is not null
        and not exists (
            select from pg_trigger as present
            where present.tgrelid = relation.new_id
                and present.tgname = trigger.tgname
        );

    -- rules beside that which makes a view, and whether they apply
    select makes || coalesce(jsonb_agg(jsonb_build_array(
        format('rule %I of %I.%I', rewrite.rulename, relation.schema, relation.name), wanted.statement
    ) order by rewrite.oid, wanted.position), '[]') into makes
    from jsonb_to_recordset(kept) as relation (id oid, new_id oid, schema text, name text)
    inner join pg_rewrite as rewrite on rewrite.ev_class = relation.id
    cross join lateral (
        values
            (1, pg_get_ruledef(rewrite.oid)),
            (2, case when rewrite.ev_enabled in ('D', 'R', 'A') then format(
                'alter table %I.%I %s rule %I', relation.schema, relation.name,
                case rewrite.ev_enabled when 'D' then 'disable' when 'R' then 'enable replica' else 'enable always' end,
                rewrite.rulename
            ) end)
    ) as wanted (position, statement)
    where rewrite.rulename <> '_RETURN'
        and not exists (
            select from pg_rewrite as present
            where present.ev_class = relation.new_id
                and present.rulename = rewrite.rulename
        );
