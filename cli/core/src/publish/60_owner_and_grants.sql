
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
        cross join lateral aclexplode(class.relacl) as acl
        where acl.grantee <> class.relowner
            -- where what is declared is all that is wanted
            and not (relation.granted and acl.grantor = (select oid from pg_roles where rolname = current_user))
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
        from jsonb_to_recordset(replaced) as one (old_id oid, new_id oid, schema text, name text)
        inner join pg_class as class on class.oid = one.new_id
        inner join pg_namespace as namespace on namespace.nspname = one.schema
        inner join pg_default_acl as given
            on given.defaclnamespace = namespace.oid
            and given.defaclrole = class.relowner
            and given.defaclobjtype = 'r'
        cross join lateral aclexplode(given.defaclacl) as acl
        where one.old_id is null
            and acl.grantee <> class.relowner
    ) as granted;
