from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("teams", "0001_initial")]

    operations = [
        migrations.RemoveConstraint(model_name="person", name="person_is_named"),
        migrations.AddConstraint(
            model_name="person",
            constraint=models.CheckConstraint(
                condition=~Q(employee_id="") & ~Q(employee_id__contains="/") & ~Q(name=""),
                name="person_is_named",
            ),
        ),
    ]
