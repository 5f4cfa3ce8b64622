from metrics.records.models import PriorVersion


def list_later_imports(import_id: int) -> list[int]:
    """List the imports that overwrote what this one wrote; they must be taken back before it."""
    return sorted(
        set(
            PriorVersion.objects.filter(written_by=import_id).values_list(
                "overwritten_by", flat=True
            )
        )
    )
