"""Our tables as Django models; Django reads them and makes none of them."""

from django.contrib.auth.models import AbstractBaseUser
from django.db import models


class Account(AbstractBaseUser):
    """A resident's login."""

    password = models.TextField(db_column="password_hash")
    last_login = models.DateTimeField(db_column="last_login_at", null=True)
    login = models.TextField(unique=True)
    role = models.TextField()
    status = models.TextField()
    locale = models.TextField(null=True)
    must_change_password = models.BooleanField()
    person_code = models.TextField(null=True)

    USERNAME_FIELD = "login"

    class Meta:
        managed = False
        db_table = "accounts"


class Revision(models.Model):
    number = models.IntegerField(primary_key=True)
    as_of = models.DateTimeField(null=True)

    class Meta:
        managed = False
        db_table = "revisions"


class Office(models.Model):
    name = models.TextField()
    short_name = models.TextField(null=True)
    email = models.TextField(null=True)
    phone = models.TextField(null=True)
    street_line = models.TextField(null=True)
    city_line = models.TextField(null=True)
    bank_account = models.TextField(null=True)

    class Meta:
        managed = False
        db_table = "office_profile"


class OfficeSetting(models.Model):
    name = models.TextField(primary_key=True)
    value = models.JSONField()

    class Meta:
        managed = False
        db_table = "office_settings"


class Person(models.Model):
    code = models.TextField()
    first_name = models.TextField(null=True)
    last_name = models.TextField(null=True)
    until_revision = models.IntegerField(null=True)

    class Meta:
        managed = False
        db_table = "people"


class Building(models.Model):
    code = models.TextField(unique=True)
    street = models.TextField()
    number = models.TextField()
    city = models.TextField()
    until_revision = models.IntegerField(null=True)

    class Meta:
        managed = False
        db_table = "buildings"


class Unit(models.Model):
    code = models.TextField(unique=True)
    building = models.ForeignKey(
        Building, to_field="code", db_column="building_code", db_constraint=False, on_delete=models.DO_NOTHING
    )
    number = models.TextField()
    account = models.TextField(null=True)
    until_revision = models.IntegerField(null=True)

    class Meta:
        managed = False
        db_table = "units"


class Occupancy(models.Model):
    unit_code = models.TextField()
    person_code = models.TextField()
    role = models.TextField()
    from_on = models.DateField()
    to_on = models.DateField(null=True)
    until_revision = models.IntegerField(null=True)

    class Meta:
        managed = False
        db_table = "occupancies"


class AccountUnit(models.Model):
    account = models.OneToOneField(Account, primary_key=True, on_delete=models.DO_NOTHING)
    unit_code = models.TextField()
    since = models.DateField()
    until = models.DateField(null=True)

    class Meta:
        managed = False
        db_table = "account_units"


class LedgerEntry(models.Model):
    entry = models.TextField()
    unit_code = models.TextField()
    kind = models.TextField()
    account = models.TextField()
    booked_on = models.DateField()
    due_on = models.DateField(null=True)
    period = models.TextField(null=True)
    debit = models.BigIntegerField()
    credit = models.BigIntegerField()
    document = models.TextField(null=True)
    title = models.TextField(null=True)
    until_revision = models.IntegerField(null=True)

    class Meta:
        managed = False
        db_table = "ledger_entries"


class PendingPayment(models.Model):
    unit_code = models.TextField()
    amount = models.BigIntegerField()
    paid_on = models.DateField()
    title = models.TextField(null=True)
    source_ref = models.TextField()
    state = models.TextField()

    class Meta:
        managed = False
        db_table = "pending_payments"


class HousingAllowance(models.Model):
    unit_code = models.TextField()
    person_code = models.TextField()
    from_on = models.DateField()
    to_on = models.DateField()
    monthly = models.BigIntegerField()
    until_revision = models.IntegerField(null=True)

    class Meta:
        managed = False
        db_table = "housing_allowances"


class Announcement(models.Model):
    state = models.TextField()
    expires_at = models.DateTimeField(null=True)

    class Meta:
        managed = False
        db_table = "announcements"


class MessageThread(models.Model):
    account = models.ForeignKey(Account, db_constraint=False, on_delete=models.DO_NOTHING)

    class Meta:
        managed = False
        db_table = "message_threads"


class Message(models.Model):
    thread = models.ForeignKey(MessageThread, db_constraint=False, on_delete=models.DO_NOTHING)
    side = models.TextField()
    read_at = models.DateTimeField(null=True)

    class Meta:
        managed = False
        db_table = "messages"
