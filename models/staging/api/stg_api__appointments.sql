with

raw_appointments as materialized (
    select
        {{ text_or_null("record ->> 'id'") }} as fhir_id,
        {{ fhir_identifier('record', var('fhir_appointment_system')) }} as sent_appointment_id,
        {{ fhir_participant_reference('record', 'Patient') }} as patient_fhir_id,
        {{ fhir_participant_identifier('record', var('fhir_mrn_system')) }} as mrn,
        {{ fhir_participant_identifier('record', var('fhir_npi_system')) }} as sent_npi,
        {{ fhir_participant_identifier('record', var('fhir_clinic_system')) }} as clinic_id,
        record ->> 'resourceType' as resource_type,
        {{ text_or_null("record ->> 'status'") }} as sent_status,
        {{ text_or_null("record ->> 'start'") }} as sent_start,
        {{ text_or_null("record #>> '{meta,lastUpdated}'") }} as last_updated,
        {{ row_hash(['record']) }} as row_hash,
        _file,
        _row
    from {{ source('api', 'appointments') }}
),

judged as materialized (
    select
        *,
        coalesce(sent_appointment_id, 'api/' || fhir_id) as appointment_id,
        {{ npi_canonical('sent_npi') }} as npi,
        {{ npi_reason('sent_npi') }} as npi_reason,
        {{ appointment_status('sent_status') }} as status,
        coalesce({{ instant_reason('sent_start') }}, case when sent_start is null then 'empty' end) as start_reason,
        {{ instant_reason('last_updated') }} as updated_reason,
        {{ id_reason('fhir_id') }} as fhir_id_reason,
        case when resource_type is distinct from 'Appointment' then 'structure' end as resource_reason
    from raw_appointments
),

-- an appointment that was entered in error need not have a start; it is withdrawn, not rejected
typed as (
    select
        *,
        {{ instant_value('sent_start', 'start_reason') }} as starts_at,
        {{ instant_value('last_updated', 'updated_reason') }} as updated_at,
        case when sent_status is null then 'empty' when status is null then 'unassigned' end as status_reason,
        case when status is distinct from 'entered_in_error' then start_reason end as missing_start_reason
    from judged
),

rejected as (
    select
        *,
        coalesce(resource_reason, fhir_id_reason, missing_start_reason, status_reason) as quarantine_reason,
        starts_at at time zone interval '{{ var("local_utc_offset") }}' as starts_local
    from typed
),

final as (
    select
        appointment_id,
        fhir_id,
        patient_fhir_id,
        mrn,
        npi,
        npi_reason,
        clinic_id,
        status,
        status_reason,
        start_reason,
        starts_local::date as appointment_on,
        starts_local,
        starts_at,
        updated_at,
        {{ is_current('appointment_id', 'updated_at desc nulls last') }} as is_current,
        case
            when resource_reason is not null then 'resourceType'
            when fhir_id_reason is not null then 'id'
            when missing_start_reason is not null then 'start'
            when status_reason is not null then 'status'
        end as quarantine_field,
        quarantine_reason,
        row_hash,
        _file,
        _row
    from rejected
)

select * from final
