-- Least privilege, by schema; people's logins are granted one of these roles. None may log in, none may write a mart.
--   hcw_reader   marts: facts, KPIs, quarantine, accounting; no direct identifier of a patient
--   hcw_analyst  a reader who may also join the dimensions, dim_patient's PHI included
--   hcw_steward  an analyst who may also look into staging and the raw deliveries, to clear the quarantine
--   hcw_loader   may land deliveries (select, insert, delete, truncate in raw_*), and nothing built from them
-- Roles belong to the cluster, not to this database: they may exist, they may be created by someone else at this very
-- moment, and this user may lack CREATEROLE. None of that may stop the warehouse: it is built without the grants then.
do $$
declare
    wanted text;
begin
    foreach wanted in array array['hcw_reader', 'hcw_analyst', 'hcw_steward', 'hcw_loader'] loop
        if not exists (select from pg_roles where rolname = wanted) then
            begin
                execute format('create role %I nologin', wanted);
            exception
                when duplicate_object or unique_violation then
                    null;
                when insufficient_privilege then
                    raise notice 'role % is missing and this user may not create roles: going on without it', wanted;
            end;
        end if;
    end loop;
end
$$;

do $$
declare
    membership record;
begin
    for membership in
        select inherited, heir
        from (values ('hcw_reader', 'hcw_analyst'), ('hcw_analyst', 'hcw_steward')) as memberships (inherited, heir)
    loop
        if exists (select from pg_roles where rolname = membership.inherited)
            and exists (select from pg_roles where rolname = membership.heir)
            and not exists (
                select
                from pg_auth_members
                where roleid = to_regrole(membership.inherited) and member = to_regrole(membership.heir)
            )
        then
            begin
                execute format('grant %I to %I', membership.inherited, membership.heir);
            exception
                when duplicate_object or unique_violation then
                    null;
                when insufficient_privilege then
                    raise notice 'this user may not grant % to %', membership.inherited, membership.heir;
                when internal_error then
                    -- "tuple concurrently updated": another session is granting the same
                    null;
            end;
        end if;
    end loop;
end
$$;

-- Usage of the schemas, the tables that are there, and through default privileges those that this user builds later.
do $$
declare
    grants record;
begin
    for grants in
        select grantee, granted_schema, privileges
        from (values
            ('hcw_reader', 'marts', 'select'),
            ('hcw_analyst', 'dimensions', 'select'),
            ('hcw_steward', 'staging', 'select'),
            ('hcw_steward', 'raw_ehr', 'select'),
            ('hcw_steward', 'raw_billing', 'select'),
            ('hcw_steward', 'raw_api', 'select'),
            ('hcw_loader', 'raw_ehr', 'select, insert, delete, truncate'),
            ('hcw_loader', 'raw_billing', 'select, insert, delete, truncate'),
            ('hcw_loader', 'raw_api', 'select, insert, delete, truncate')
        ) as wanted_grants (grantee, granted_schema, privileges)
    loop
        if exists (select from pg_roles where rolname = grants.grantee) then
            begin
                execute format('grant usage on schema %I to %I', grants.granted_schema, grants.grantee);
                execute format('grant %s on all tables in schema %I to %I', grants.privileges, grants.granted_schema, grants.grantee);
                execute format(
                    'alter default privileges in schema %I grant %s on tables to %I',
                    grants.granted_schema, grants.privileges, grants.grantee
                );
            exception
                when insufficient_privilege then
                    raise notice 'this user may not grant % on schema % to %', grants.privileges, grants.granted_schema, grants.grantee;
            end;
        end if;
    end loop;
end
$$;
