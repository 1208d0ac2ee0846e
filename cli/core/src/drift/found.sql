with declared as (
    select class.oid as id, one.id as node, class.relname, namespace.nspname, class.relowner, class.relacl, class.relrowsecurity,
        class.relforcerowsecurity, one.grants, one.policies, one.is_forced, one.is_exact, one.comments
    from jsonb_to_recordset({declared})
        as one (
            id text, schema text, name text, grants jsonb, policies jsonb, is_forced boolean, is_exact boolean, comments jsonb
        )
    inner join pg_catalog.pg_namespace as namespace on namespace.nspname = one.schema
    inner join pg_catalog.pg_class as class on class.relnamespace = namespace.oid and class.relname = one.name
),
wanted as (
    select declared.id, item ->> 'privilege' as privilege,
        case item ->> 'role'
            when 'public' then 0::oid
            when 'current_user' then (select oid from pg_catalog.pg_roles where rolname = current_user)
            when 'current_role' then (select oid from pg_catalog.pg_roles where rolname = current_user)
            when 'session_user' then (select oid from pg_catalog.pg_roles where rolname = session_user)
            else (select oid from pg_catalog.pg_roles where rolname = item ->> 'role')
        end as grantee,
        item ->> 'role' as role
    from declared
    cross join lateral jsonb_array_elements(declared.grants) as item
    where jsonb_typeof(declared.grants) = 'array'
),
granted as (
    select declared.id, acl.grantee, acl.privilege_type as privilege,
        case when acl.grantee = 0 then 'public' else pg_get_userbyid(acl.grantee)::text end as role
    from declared
    cross join lateral aclexplode(declared.relacl) as acl
    where jsonb_typeof(declared.grants) = 'array' and acl.grantee <> declared.relowner
),
found as (
    select granted.id, format('%s has %s, which is not declared', role, lower(privilege)) as finding,
        (select is_exact from declared where declared.id = granted.id) as is_restored
    from granted
    where not exists (
        select from wanted
        where wanted.id = granted.id
            and wanted.grantee = granted.grantee
            and wanted.privilege in (granted.privilege, 'ALL', 'ALL PRIVILEGES')
    )
    union all
    select wanted.id, format('%s lacks %s, which is declared', role, lower(privilege)), true
    from wanted
    inner join declared on declared.id = wanted.id
    where wanted.grantee is distinct from declared.relowner
        and wanted.privilege not in ('ALL', 'ALL PRIVILEGES')
        and not exists (
            select from granted
            where granted.id = wanted.id
                and granted.grantee = wanted.grantee
                and granted.privilege = wanted.privilege
        )
    union all
    select declared.id, format(
        '%s has %s on the column %s, which is not declared',
        case when acl.grantee = 0 then 'public' else pg_get_userbyid(acl.grantee)::text end,
        lower(acl.privilege_type), attribute.attname
    ), false
    from declared
    inner join pg_catalog.pg_attribute as attribute on attribute.attrelid = declared.id
    cross join lateral aclexplode(attribute.attacl) as acl
    where jsonb_typeof(declared.grants) = 'array' and acl.grantee <> declared.relowner
    union all
    select id, 'row-level security is off, and declared', true
    from declared
    where jsonb_typeof(policies) = 'array' and not relrowsecurity
    union all
    select id, format('row-level security is %sforced on its owner', case when relforcerowsecurity then '' else 'not ' end),
        true
    from declared
    where jsonb_typeof(policies) = 'array' and relrowsecurity and relforcerowsecurity <> is_forced
    union all
    select declared.id, format('the policy %s is not declared', policy.polname), false
    from declared
    inner join pg_catalog.pg_policy as policy on policy.polrelid = declared.id
    where jsonb_typeof(policies) = 'array' and not policies ? policy.polname
    union all
    select declared.id, format('the policy %s is declared, and missing', name), true
    from declared
    cross join lateral jsonb_array_elements_text(policies) as name
    where jsonb_typeof(policies) = 'array'
        and not exists (
            select from pg_catalog.pg_policy as policy where policy.polrelid = declared.id and policy.polname = name
        )
    union all
    select declared.id, format('the policy %s was changed by hand', policy.polname), true
    from declared
    inner join pg_catalog.pg_policy as policy on policy.polrelid = declared.id
    where jsonb_typeof(policies) = 'array'
        and policies ? policy.polname
        and coalesce(split_part(obj_description(policy.oid, 'pg_policy'), 'made: ', 2), '') <> md5(replace(concat_ws(
            '|', polcmd, polpermissive, polroles::text, pg_get_expr(polqual, polrelid), pg_get_expr(polwithcheck, polrelid)
        ), 'hcw_shadow__', ''))
)
,
told as (
    select id, finding, is_restored, false as is_comment
    from found
    union all
    select id, 'its comment is not its description', true, true
    from declared
    where comments ->> 'relation' is distinct from obj_description(id, 'pg_class') and comments ->> 'relation' <> ''
    union all
    select declared.id, format('the comment on the column %s is not its description', attribute.attname), true, true
    from declared
    cross join lateral jsonb_to_recordset(declared.comments -> 'columns') as described (name text, description text)
    inner join pg_catalog.pg_attribute as attribute
        on attribute.attrelid = declared.id and attribute.attname = described.name and not attribute.attisdropped
    where described.description <> coalesce(col_description(declared.id, attribute.attnum), '')
)
select declared.node, declared.nspname, declared.relname, found.finding, found.is_restored, found.is_comment
from told as found
inner join declared on declared.id = found.id
order by 2, 3, 4
