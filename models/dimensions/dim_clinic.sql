with

staged_clinics as (
    select clinic_id, department_id, clinic_name
    from {{ ref('stg_ehr__clinics') }}
    where is_current
),

departments as (
    select department_key, department_id
    from {{ ref('dim_department') }}
),

final as (
    select
        row_number() over (order by staged_clinics.clinic_id collate "C")::int as clinic_key,
        coalesce(departments.department_key, -1) as department_key,
        staged_clinics.clinic_id,
        staged_clinics.clinic_name
    from staged_clinics
    left join departments on staged_clinics.department_id = departments.department_id
    union all
    select -1, -1, 'UNKNOWN', 'Unknown'
)

select * from final
