-- every usable appointment row of both sources, and what became of it
with

ehr_appointments as (
    select
        appointment_id, mrn, provider_id, clinic_id, status, start_precision, appointment_on, starts_local, starts_at, updated_at,
        is_current, _file, _row
    from {{ ref('stg_ehr__appointments') }}
    where quarantine_reason is null
),

api_appointments as (
    select
        appointment_id, patient_fhir_id, mrn, npi, clinic_id, status, appointment_on, starts_local, starts_at, updated_at,
        is_current, _file, _row
    from {{ ref('stg_api__appointments') }}
    where quarantine_reason is null
),

api_patients as (
    select distinct on (fhir_id) fhir_id, patient_id
    from {{ ref('stg_api__patients') }}
    where quarantine_reason is null
    order by fhir_id, is_current desc, _file collate "C" desc, _row desc
),

providers as (
    select provider_id, npi
    from {{ ref('stg_ehr__providers') }}
    where is_current and npi is not null
),

-- an NPI that two providers claim names neither
providers_by_npi as (
    select npi, min(provider_id) as provider_id
    from providers
    group by npi
    having count(*) = 1
),

ehr_appointment_ids as (
    select distinct appointment_id
    from ehr_appointments
),

final as (
    select
        'ehr/appointments' as source,
        appointment_id,
        mrn as patient_id,
        provider_id,
        clinic_id,
        status,
        start_precision,
        appointment_on,
        starts_local,
        starts_at,
        updated_at,
        case
            when not is_current then 'superseded'
            when status = 'entered_in_error' then 'withdrawn'
            else 'published'
        end as disposition,
        _file,
        _row
    from ehr_appointments
    union all
    select
        'api/appointments',
        api_appointments.appointment_id,
        coalesce(api_patients.patient_id, api_appointments.mrn),
        providers_by_npi.provider_id,
        api_appointments.clinic_id,
        api_appointments.status,
        'minute',
        api_appointments.appointment_on,
        api_appointments.starts_local,
        api_appointments.starts_at,
        api_appointments.updated_at,
        case
            when ehr_appointment_ids.appointment_id is not null or not api_appointments.is_current then 'superseded'
            when api_appointments.status = 'entered_in_error' then 'withdrawn'
            else 'published'
        end,
        api_appointments._file,
        api_appointments._row
    from api_appointments
    left join api_patients on api_appointments.patient_fhir_id = api_patients.fhir_id
    left join providers_by_npi on api_appointments.npi = providers_by_npi.npi
    left join ehr_appointment_ids on api_appointments.appointment_id = ehr_appointment_ids.appointment_id
)

select * from final
