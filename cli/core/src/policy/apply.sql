-- Makes a table's row-level security the declared one: it is switched on, and each declared policy is made, or made
-- again where its declaration or what stands in the catalogue is another. Policies that are not declared stay.
do $hcw$
declare
    relation constant regclass := {relation};
    is_forced constant boolean := {is_forced};
    -- name, clauses
    declared constant jsonb := {policies};
    search_path_before constant text := current_setting('search_path');
    found text;
    item record;
begin
    if not (select relrowsecurity from pg_class where oid = relation) then
        execute format('alter table %s enable row level security', relation);
    end if;
    if is_forced <> (select relforcerowsecurity from pg_class where oid = relation) then
        execute format(
            'alter table %s %s row level security', relation, case when is_forced then 'force' else 'no force' end
        );
    end if;
    for item in select name, md5(clauses) as digest, clauses from jsonb_to_recordset(declared) as one (name text, clauses text)
    loop
        for step in 1..2 loop
            -- expressions are printed with all names qualified, wherever the table is built
            perform set_config('search_path', 'pg_catalog', true);
            select md5(replace(concat_ws(
                '|', polcmd, polpermissive, polroles::text, pg_get_expr(polqual, polrelid),
                pg_get_expr(polwithcheck, polrelid)
            ), 'hcw_shadow__', '')) into found
            from pg_policy
            where polrelid = relation and polname = item.name;
            perform set_config('search_path', search_path_before, true);
            if step = 2 then
                execute format(
                    'comment on policy %I on %s is %L', item.name, relation,
                    format('declared: %s, made: %s', item.digest, found)
                );
            elsif exists (
                select from pg_policy
                where polrelid = relation
                    and polname = item.name
                    and obj_description(oid, 'pg_policy') = format('declared: %s, made: %s', item.digest, found)
            ) then
                exit;
            else
                execute format('drop policy if exists %I on %s', item.name, relation);
                execute format('create policy %I on %s %s', item.name, relation, item.clauses);
            end if;
        end loop;
    end loop;
end
$hcw$;
