from typing import Any

from django.conf import settings
from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import LoginView, PasswordResetConfirmView, RedirectURLMixin
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse_lazy
from django.utils.decorators import method_decorator
from django.views.generic import FormView, TemplateView, View

from teams.accounts.demonstration import list_demo_people
from teams.accounts.forms import PasswordResetForm, SetPasswordForm, SignInForm
from teams.accounts.models import User
from teams.accounts.services import request_password_reset


class SignInView(LoginView):
    template_name = "accounts/sign_in.html"
    authentication_form = SignInForm
    redirect_authenticated_user = True

    @transaction.atomic
    def form_valid(self, form: Any) -> HttpResponse:
        return super().form_valid(form)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(demo_people=list_demo_people(), **kwargs)


@method_decorator(login_not_required, name="dispatch")
class DemoSignInView(RedirectURLMixin, View):
    """Sign in as one of the people whom the demonstration lists, and as nobody else."""

    http_method_names = ["post"]
    next_page = settings.LOGIN_REDIRECT_URL

    @transaction.atomic
    def post(self, request: HttpRequest) -> HttpResponse:
        email = request.POST.get("email", "")
        if email not in {person.email for person in list_demo_people()}:
            raise Http404("Nobody of this address is to be looked around as.")
        user = User.objects.get(email=email)
        login(request, user, backend=settings.AUTHENTICATION_BACKENDS[-1])
        return HttpResponseRedirect(self.get_success_url())


def name_attempt(request: HttpRequest, credentials: dict[str, Any] | None) -> str:
    """Return the address that failures are counted by, in one spelling, whichever the form."""
    typed = (credentials or request.POST).get("username") or ""
    return str(typed).strip().lower()


def locked_out(request: HttpRequest, *_: Any) -> HttpResponse:
    """Answer whoever failed too often; django-axes calls this with what it knows besides."""
    return render(request, "errors/lockout.html", status=429)


@method_decorator(login_not_required, name="dispatch")
class PasswordResetView(FormView):
    template_name = "accounts/password_reset.html"
    form_class = PasswordResetForm
    success_url = reverse_lazy("accounts:password-reset-done")

    def form_valid(self, form: PasswordResetForm) -> HttpResponse:
        request_password_reset(email=form.cleaned_data["email"])
        return super().form_valid(form)


@method_decorator(login_not_required, name="dispatch")
class PasswordResetDoneView(TemplateView):
    template_name = "accounts/password_reset_done.html"


class SetPasswordView(PasswordResetConfirmView):
    """The page behind an invitation and behind a reset."""

    template_name = "accounts/password_reset_confirm.html"
    form_class = SetPasswordForm
    success_url = reverse_lazy("accounts:password-set")


@method_decorator(login_not_required, name="dispatch")
class PasswordSetView(TemplateView):
    template_name = "accounts/password_reset_complete.html"
