{#- The hospital's own code lists: spellings of the sources to one canonical word each; null when not in the list. -#}

{#- Appointment status, any of the EHR's spellings and FHIR's AppointmentStatus codes. Someone who has arrived is not
    seen yet, so `arrived` and `checked-in` stay scheduled: only a final state may enter the no-show rate. -#}
{% macro appointment_status(value) -%}
case regexp_replace(lower({{ value }}), '[^a-z]', '', 'g')
    when 'completed' then 'completed' when 'c' then 'completed' when 'seen' then 'completed' when 'fulfilled' then 'completed'
    when 'noshow' then 'no_show' when 'ns' then 'no_show'
    when 'cancelled' then 'cancelled' when 'canceled' then 'cancelled' when 'cx' then 'cancelled'
    when 'scheduled' then 'scheduled' when 'booked' then 'scheduled' when 'pending' then 'scheduled'
    when 'proposed' then 'scheduled' when 'waitlist' then 'scheduled'
    when 'arrived' then 'scheduled' when 'checkedin' then 'scheduled'
    when 'enteredinerror' then 'entered_in_error'
end
{%- endmacro %}

{#- Treatment outcome; blank, N/A and the like say `unknown`, and so does a word that is not in the list. -#}
{% macro treatment_outcome(value) -%}
case lower({{ trimmed(value) }})
    when 'resolved' then 'resolved'
    when 'improved' then 'improved'
    when 'unchanged' then 'unchanged'
    when 'worsened' then 'worsened'
    else 'unknown'
end
{%- endmacro %}

{% macro treatment_outcome_reason(value) -%}
case
    when coalesce(lower({{ trimmed(value) }}), '') in ('', 'n/a', 'na', 'none', 'null') then 'empty'
    when lower({{ trimmed(value) }}) not in ('resolved', 'improved', 'unchanged', 'worsened', 'unknown') then 'unassigned'
end
{%- endmacro %}

{#- What a charge row does: 1 bills, 7 replaces and 8 voids the charge that it names, ADJ adds to it. Other claim
    frequencies have no agreed meaning in this feed. -#}
{% macro charge_frequency_reason(value) -%}
case
    when coalesce({{ trimmed(value) }}, '') = '' then 'empty'
    when upper({{ trimmed(value) }}) not in ('1', '7', '8', 'ADJ') then 'unassigned'
end
{%- endmacro %}
