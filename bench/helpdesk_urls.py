"""Addresses that django-helpdesk writes into tickets."""

from django.urls import include, path

urlpatterns = [path("", include("helpdesk.urls", namespace="helpdesk"))]
