with

diagnoses as (
    select diagnosis_id, appointment_id, mrn, provider_id, icd10cm, icd10cm_reason, diagnosed_on
    from {{ ref('stg_ehr__diagnoses') }}
    where is_current
),

appointments as (
    select appointment_id, clinic_key, department_key from {{ ref('fct_appointments') }}
),

patients as (
    select patient_key, patient_id from {{ ref('dim_patient') }}
),

providers as (
    select provider_key, provider_id from {{ ref('dim_provider') }}
),

codes as (
    select diagnosis_key, icd10cm from {{ ref('dim_diagnosis') }}
),

dates as (
    select date_key, calendar_on from {{ ref('dim_date') }}
),

-- where the diagnosis was made is where its appointment took place, not where the provider is employed
final as (
    select
        diagnoses.diagnosis_id,
        diagnoses.appointment_id,
        coalesce(patients.patient_key, -1) as patient_key,
        coalesce(providers.provider_key, -1) as provider_key,
        coalesce(appointments.clinic_key, -1) as clinic_key,
        coalesce(appointments.department_key, -1) as department_key,
        coalesce(codes.diagnosis_key, -1) as diagnosis_key,
        coalesce(dates.date_key, -1) as diagnosis_date_key,
        diagnoses.icd10cm_reason,
        diagnoses.diagnosed_on
    from diagnoses
    left join appointments on diagnoses.appointment_id = appointments.appointment_id
    left join patients on diagnoses.mrn = patients.patient_id
    left join providers on diagnoses.provider_id = providers.provider_id
    left join codes on diagnoses.icd10cm = codes.icd10cm
    left join dates on diagnoses.diagnosed_on = dates.calendar_on
)

select * from final
