-- no treatment in the facts precedes its diagnosis, and the days between are theirs
with

treatments as (
    select treatment_id, diagnosis_id, days_since_diagnosis, treated_on
    from {{ ref('fct_treatments') }}
),

diagnoses as (
    select diagnosis_id, diagnosed_on
    from {{ ref('fct_diagnoses') }}
),

final as (
    select treatments.treatment_id
    from treatments
    inner join diagnoses on treatments.diagnosis_id = diagnoses.diagnosis_id
    where treatments.treated_on < diagnoses.diagnosed_on
        or treatments.days_since_diagnosis is distinct from treatments.treated_on - diagnoses.diagnosed_on
)

select * from final
