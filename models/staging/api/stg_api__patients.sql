with

raw_patients as materialized (
    select
        {{ text_or_null("record ->> 'id'") }} as fhir_id,
        {{ fhir_identifier('record', var('fhir_mrn_system')) }} as sent_mrn,
        record ->> 'resourceType' as resource_type,
        jsonb_path_query_first(record, '$.name[*].given[*]') #>> '{}' as first_name,
        jsonb_path_query_first(record, '$.name[*].family') #>> '{}' as last_name,
        record ->> 'gender' as gender,
        {{ trimmed("record ->> 'birthDate'") }} as birth_text,
        record #>> '{meta,lastUpdated}' as last_updated,
        {{ row_hash(['record']) }} as row_hash,
        _file,
        _row
    from {{ source('api', 'patients') }}
),

judged as materialized (
    select
        *,
        {{ mrn_canonical('sent_mrn') }} as mrn,
        {{ fhir_date_reason('birth_text') }} as calendar_reason,
        {{ instant_reason('last_updated') }} as updated_reason,
        {{ id_reason('fhir_id') }} as fhir_id_reason,
        case when resource_type is distinct from 'Patient' then 'structure' end as resource_reason
    from raw_patients
),

typed as (
    select
        *,
        case when calendar_reason is null then rpad(birth_text, 10, '-01-01')::date end as first_birth_day,
        {{ instant_value('last_updated', 'updated_reason') }} as updated_at,
        coalesce(resource_reason, fhir_id_reason) as quarantine_reason,
        coalesce(mrn, 'api/' || fhir_id) as patient_id
    from judged
),

-- a coarse birth date stays coarse: it has a year and perhaps a month, and no day
plausible as (
    select
        *,
        coalesce(
            calendar_reason,
            case when {{ is_implausible_birth('first_birth_day') }} then 'implausible' end
        ) as birth_on_reason
    from typed
),

final as (
    select
        patient_id,
        fhir_id,
        mrn,
        {{ person_name('first_name') }} as first_name,
        {{ person_name('last_name') }} as last_name,
        {{ sex_canonical('gender') }} as sex,
        {{ sex_reason('gender') }} as sex_reason,
        birth_on_reason,
        case
            when birth_on_reason is null
                then case length(birth_text) when 10 then 'day' when 7 then 'month' when 4 then 'year' end
        end as birth_precision,
        case when birth_on_reason is null then left(birth_text, 4)::int end as birth_year,
        case when birth_on_reason is null then nullif(substr(birth_text, 6, 2), '')::int end as birth_month,
        case when birth_on_reason is null and length(birth_text) = 10 then first_birth_day end as birth_on,
        updated_at,
        {{ is_current('patient_id', 'updated_at desc nulls last') }} as is_current,
        case
            when resource_reason is not null then 'resourceType'
            when fhir_id_reason is not null then 'id'
        end as quarantine_field,
        quarantine_reason,
        row_hash,
        _file,
        _row
    from plausible
)

select * from final
