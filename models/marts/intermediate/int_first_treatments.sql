{{ config(materialized='ephemeral') }}

with

treatments as (
    select diagnosis_id, department_key, days_since_diagnosis
    from {{ ref('fct_treatments') }}
    where days_since_diagnosis is not null
),

final as (
    select
        diagnosis_id,
        department_key,
        min(days_since_diagnosis) as days_to_first_treatment
    from treatments
    group by diagnosis_id, department_key
)

select * from final
