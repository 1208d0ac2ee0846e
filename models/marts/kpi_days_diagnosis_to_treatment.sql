with

first_treatments as (
    select diagnosis_id, department_key, days_to_first_treatment from {{ ref('int_first_treatments') }}
),

departments as (
    select department_key, department_id, department_name from {{ ref('dim_department') }}
),

final as (
    select
        departments.department_id,
        departments.department_name,
        count(*) as diagnoses_treated,
        {{ ratio('sum(first_treatments.days_to_first_treatment)', 'count(*)') }} as avg_days
    from first_treatments
    inner join departments on first_treatments.department_key = departments.department_key
    group by departments.department_id, departments.department_name
    union all
    select
        'ALL',
        'All departments',
        count(*),
        {{ ratio('sum(days_to_first_treatment)', 'count(*)') }}
    from first_treatments
)

select * from final
