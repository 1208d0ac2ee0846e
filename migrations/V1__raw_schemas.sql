-- Where deliveries land, one schema per source system, and where the warehouse is built. A schema that exists is left
-- alone, so that a role without CREATE on the database can run this when an administrator has made them.
do $$
declare
    wanted text;
begin
    foreach wanted in array array['raw_ehr', 'raw_billing', 'raw_api', 'staging', 'dimensions', 'marts'] loop
        if not exists (select from pg_namespace where nspname = wanted) then
            execute format('create schema if not exists %I', wanted);
        end if;
    end loop;
end
$$;

-- A schema's comment belongs to its owner: say what it is where we may.
do $$
declare
    described record;
begin
    for described in
        select described_schema, description
        from (values
            ('raw_ehr', 'EHR extracts as delivered: all text. PHI.'),
            ('raw_billing', 'Billing extracts as delivered: all text. PHI.'),
            ('raw_api', 'FHIR resources as delivered: jsonb. PHI.'),
            ('staging', 'One row per delivered row: renamed, typed, canonical, with reasons. PHI.'),
            ('dimensions', 'Who, where and when. dim_patient holds PHI; the other tables do not.'),
            ('marts', 'Facts, KPIs, quarantine and row accounting. No direct identifiers of patients.')
        ) as descriptions (described_schema, description)
    loop
        begin
            execute format('comment on schema %I is %L', described.described_schema, described.description);
        exception
            when insufficient_privilege then
                raise notice 'schema % belongs to another role: comment left as it is', described.described_schema;
        end;
    end loop;
end
$$;
