-- usable treatments beside their diagnosis; one that precedes its diagnosis cannot be used, nor replace one that can
with

treatments as (
    select treatment_id, diagnosis_id, provider_id, outcome, outcome_reason, treated_on, row_hash, _file, _row
    from {{ ref('stg_ehr__treatments') }}
    where quarantine_reason is null
),

diagnoses as (
    select diagnosis_id, diagnosed_on
    from {{ ref('stg_ehr__diagnoses') }}
    where is_current
),

checked as (
    select
        treatments.*,
        treatments.treated_on - diagnoses.diagnosed_on as days_since_diagnosis,
        coalesce(treatments.treated_on < diagnoses.diagnosed_on, false) as is_before_diagnosis
    from treatments
    left join diagnoses on treatments.diagnosis_id = diagnoses.diagnosis_id
),

final as (
    select
        treatment_id,
        diagnosis_id,
        provider_id,
        outcome,
        outcome_reason,
        days_since_diagnosis,
        treated_on,
        case
            when is_before_diagnosis then 'quarantined'
            when row_number() over (
                partition by treatment_id, is_before_diagnosis
                order by _file collate "C" desc, _row desc
            ) = 1 then 'published'
            else 'superseded'
        end as disposition,
        row_hash,
        _file,
        _row
    from checked
)

select * from final
