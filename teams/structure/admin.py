from django.contrib import admin

from opsportal.lib.read_only_admin import ReadOnlyAdmin
from teams.structure.models import (
    Assignment,
    Customer,
    Leadership,
    Person,
    Queue,
    RosterImport,
    Unit,
    UnitPlacement,
)


@admin.register(Unit)
class UnitAdmin(ReadOnlyAdmin):
    list_display = ["name", "slug", "kind", "is_root"]
    list_filter = ["kind"]
    search_fields = ["name", "slug"]


@admin.register(UnitPlacement)
class UnitPlacementAdmin(ReadOnlyAdmin):
    list_display = ["unit", "parent", "valid"]
    list_select_related = ["unit", "parent"]
    search_fields = ["unit__name", "parent__name"]


@admin.register(Person)
class PersonAdmin(ReadOnlyAdmin):
    list_display = ["name", "employee_id", "employment", "hired_on", "left_on"]
    list_filter = ["employment"]
    search_fields = ["name", "employee_id"]


@admin.register(Assignment)
class AssignmentAdmin(ReadOnlyAdmin):
    list_display = ["person", "unit", "level", "valid"]
    list_select_related = ["person", "unit"]
    search_fields = ["person__name", "person__employee_id", "unit__name"]


@admin.register(Leadership)
class LeadershipAdmin(ReadOnlyAdmin):
    list_display = ["person", "unit", "is_deputy", "valid"]
    list_filter = ["is_deputy"]
    list_select_related = ["person", "unit"]
    search_fields = ["person__name", "unit__name"]


@admin.register(Queue)
class QueueAdmin(ReadOnlyAdmin):
    list_display = ["name", "slug", "domain", "policy_area", "language", "severity", "customer"]
    list_filter = ["domain", "severity"]
    list_select_related = ["customer"]
    search_fields = ["name", "slug"]


@admin.register(Customer)
class CustomerAdmin(ReadOnlyAdmin):
    list_display = ["name", "slug"]
    search_fields = ["name"]


@admin.register(RosterImport)
class RosterImportAdmin(ReadOnlyAdmin):
    list_display = ["file_name", "as_of", "partial", "applied_at", "applied_by", "undone_at"]
    list_select_related = ["applied_by"]
    # They hold what was known of everyone touched.
    exclude = ["before", "after"]
