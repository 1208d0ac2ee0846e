
    -- owner
    select makes || coalesce(jsonb_agg(jsonb_build_array(
        format('owner of %I.%I', relation.schema, relation.name),
        format(
            'alter %s %I.%I owner to %I',
            case relation.kind when 'v' then 'view' when 'm' then 'materialized view' else 'table' end,
            relation.schema, relation.name, pg_get_userbyid(old.relowner)
        )
    ) order by relation.id), '[]') into makes
    from jsonb_to_recordset(kept) as relation (id oid, new_id oid, kind text, schema text, name text)
    inner join pg_class as old on old.oid = relation.id
    left join pg_class as new on new.oid = relation.new_id
    where old.relowner is distinct from coalesce(
        new.relowner, (select oid from pg_roles where rolname = current_user)
    );

    -- Rights that the server gives with whatever is made (default privileges, all rights to the owner) and that the old
    -- one has no more are taken away again. What is declared stays.
    with makers as (
        select
            relation.*, role.oid as role, old.relacl, old.relowner,
            coalesce(new.relnamespace, old.relnamespace) as made_in
        from jsonb_to_recordset(kept)
            as relation (id oid, new_id oid, schema text, name text, granted boolean, declared jsonb)
        inner join pg_class as old on old.oid = relation.id
        left join pg_class as new on new.oid = relation.new_id
        -- a hook may have given it to somebody
        inner join pg_roles as role on role.rolname = current_user or role.oid = new.relowner
    ),

    given as (
        select
            makers.*, acl.privilege_type, acl.is_grantable,
            -- whoever makes it owns it, until it is given to the owner of the old one
            case when acl.grantee = makers.role then makers.relowner else acl.grantee end as grantee
        from makers
        cross join lateral (
            select everywhere.*
            from aclexplode(coalesce(
                (
                    select defaclacl
                    from pg_default_acl
                    where defaclrole = makers.role and defaclnamespace = 0 and defaclobjtype = 'r'
                ),
                acldefault('r', makers.role)
            )) as everywhere
            union all
            select there.*
            from pg_default_acl
            cross join lateral aclexplode(defaclacl) as there
            where defaclrole = makers.role and defaclnamespace = makers.made_in and defaclobjtype = 'r'
        ) as acl
    ),

    surplus as (
        select
            given.schema, given.name, given.privilege_type, given.grantee,
            case when count(had.grantee) > 0 then 'grant option for ' else '' end as part
        from given
        left join lateral (
            select acl.grantee, acl.is_grantable
            from aclexplode(coalesce(given.relacl, acldefault('r', given.relowner))) as acl
            where acl.grantee = given.grantee
                and acl.privilege_type = given.privilege_type
                and (
                    not given.granted
                    or acl.grantee = given.relowner
                    or acl.grantor <> (select oid from pg_roles where rolname = current_user)
                )
        ) as had on true
        where not exists (
            select from jsonb_to_recordset(given.declared) as declared (privilege text, role text)
            where declared.privilege in (given.privilege_type, 'ALL', 'ALL PRIVILEGES')
                and declared.role = case given.grantee when 0 then 'public' else pg_get_userbyid(given.grantee) end
        )
        group by given.schema, given.name, given.privilege_type, given.grantee
        having count(had.grantee) = 0 or bool_or(given.is_grantable) and not bool_or(had.is_grantable)
    )

    select makes || coalesce(jsonb_agg(jsonb_build_array(
        format('grants on %I.%I', schema, name),
        format(
            'revoke %s%s on %I.%I from %s', part, privilege_type, schema, name,
            case when grantee = 0 then 'public' else quote_ident(pg_get_userbyid(grantee)) end
        )
    )), '[]') into makes
    from surplus;

    -- grants on the whole, on columns, and for a relation that is new what the schema gives to new ones
    select makes || coalesce(jsonb_agg(jsonb_build_array(
        format('grant on %I.%I', granted.schema, granted.name),
        format(
            'grant %s%s on %I.%I to %s%s',
            granted.privilege_type, granted.columns, granted.schema, granted.name,
            case when granted.grantee = 0 then 'public' else quote_ident(pg_get_userbyid(granted.grantee)) end,
            case when granted.is_grantable then ' with grant option' else '' end
        )
    )), '[]') into makes
    from (
        select relation.schema, relation.name, '' as columns, acl.grantee, acl.privilege_type, acl.is_grantable
        from jsonb_to_recordset(kept) as relation (id oid, schema text, name text, granted boolean)
        inner join pg_class as class on class.oid = relation.id
        cross join lateral aclexplode(coalesce(class.relacl, acldefault('r', class.relowner))) as acl
        where (
            acl.grantee <> class.relowner
            -- what default privileges of those who make tables do not give to their owner
            or exists (
                select from pg_default_acl
                where defaclnamespace = 0
                    and defaclobjtype = 'r'
                    and not defaclacl @> makeaclitem(defaclrole, defaclrole, acl.privilege_type, false)
            )
        )
            -- where what is declared is all that is wanted
            and not (
                relation.granted
                and acl.grantee <> class.relowner
                and acl.grantor = (select oid from pg_roles where rolname = current_user)
            )
        union all
        select
            relation.schema, relation.name, format(' (%I)', old_column.attname), acl.grantee, acl.privilege_type,
            acl.is_grantable
        from jsonb_to_recordset(kept) as relation (id oid, new_id oid, schema text, name text)
        inner join pg_attribute as old_column on old_column.attrelid = relation.id
        cross join lateral aclexplode(old_column.attacl) as acl
        where not old_column.attisdropped
            and (
                relation.new_id is null
                or exists (
                    select from pg_attribute as new_column
                    where new_column.attrelid = relation.new_id
                        and new_column.attname = old_column.attname
                        and not new_column.attisdropped
                )
            )
        union all
        select one.schema, one.name, '', acl.grantee, acl.privilege_type, acl.is_grantable
        from jsonb_to_recordset(replaced) as one (old_id oid, new_id oid, schema text, name text, granted boolean)
        inner join pg_class as class on class.oid = one.new_id
        inner join pg_namespace as namespace on namespace.nspname = one.schema
        inner join pg_default_acl as given
            on given.defaclnamespace = namespace.oid
            and given.defaclrole = class.relowner
            and given.defaclobjtype = 'r'
        cross join lateral aclexplode(given.defaclacl) as acl
        where one.old_id is null
            and acl.grantee <> class.relowner
            and not one.granted
    ) as granted;
