with

treatments as (
    select treatment_id, diagnosis_id, provider_id, outcome, outcome_reason, days_since_diagnosis, treated_on
    from {{ ref('int_treatments_checked') }}
    where disposition = 'published'
),

diagnoses as (
    select diagnosis_id, patient_key, department_key, diagnosis_key from {{ ref('fct_diagnoses') }}
),

providers as (
    select provider_key, provider_id from {{ ref('dim_provider') }}
),

dates as (
    select date_key, calendar_on from {{ ref('dim_date') }}
),

final as (
    select
        treatments.treatment_id,
        treatments.diagnosis_id,
        coalesce(diagnoses.patient_key, -1) as patient_key,
        coalesce(providers.provider_key, -1) as provider_key,
        coalesce(diagnoses.department_key, -1) as department_key,
        coalesce(diagnoses.diagnosis_key, -1) as diagnosis_key,
        coalesce(dates.date_key, -1) as treatment_date_key,
        treatments.outcome,
        treatments.outcome_reason,
        treatments.days_since_diagnosis,
        treatments.treated_on
    from treatments
    left join diagnoses on treatments.diagnosis_id = diagnoses.diagnosis_id
    left join providers on treatments.provider_id = providers.provider_id
    left join dates on treatments.treated_on = dates.calendar_on
)

select * from final
