"""One page."""

from django.urls import path

from portal.views import payments

urlpatterns = [path("payments", payments)]
