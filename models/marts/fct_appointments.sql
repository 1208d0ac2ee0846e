with

appointments as (
    select
        source, appointment_id, patient_id, provider_id, clinic_id, status, start_precision, appointment_on, starts_local,
        starts_at, updated_at
    from {{ ref('int_appointments_delivered') }}
    where disposition = 'published'
),

patients as (
    select patient_key, patient_id from {{ ref('dim_patient') }}
),

providers as (
    select provider_key, provider_id from {{ ref('dim_provider') }}
),

clinics as (
    select clinic_key, department_key, clinic_id from {{ ref('dim_clinic') }}
),

dates as (
    select date_key, calendar_on from {{ ref('dim_date') }}
),

final as (
    select
        appointments.appointment_id,
        coalesce(patients.patient_key, -1) as patient_key,
        coalesce(providers.provider_key, -1) as provider_key,
        coalesce(clinics.clinic_key, -1) as clinic_key,
        coalesce(clinics.department_key, -1) as department_key,
        coalesce(dates.date_key, -1) as appointment_date_key,
        appointments.source,
        appointments.status,
        appointments.start_precision,
        appointments.appointment_on,
        appointments.starts_local,
        appointments.starts_at,
        appointments.updated_at
    from appointments
    left join patients on appointments.patient_id = patients.patient_id
    left join providers on appointments.provider_id = providers.provider_id
    left join clinics on appointments.clinic_id = clinics.clinic_id
    left join dates on appointments.appointment_on = dates.calendar_on
)

select * from final
