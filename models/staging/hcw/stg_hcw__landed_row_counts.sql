-- counted at the source itself, not in staging: the accounting must not trust what it checks
{%- set source_tables = [
    ['ehr', 'departments'], ['ehr', 'service_lines'], ['ehr', 'clinics'], ['ehr', 'providers'], ['ehr', 'patients'],
    ['ehr', 'appointments'], ['ehr', 'diagnoses'], ['ehr', 'treatments'], ['billing', 'charges'],
    ['api', 'patients'], ['api', 'appointments']
] %}
with

final as (
    {%- for source_name, table_name in source_tables %}
    select '{{ source_name }}/{{ table_name }}' as source, count(*) as landed_rows
    from {{ source(source_name, table_name) }}
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
)

select * from final
