from typing import Any

from django import forms
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.forms import SetPasswordForm as DjangoSetPasswordForm
from django.utils.translation import gettext_lazy as _

from teams.accounts.services import set_password


class SignInForm(AuthenticationForm):
    username = forms.EmailField(
        label=_("Work email"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autofocus": True, "autocomplete": "username"}),
    )
    error_messages = {
        **AuthenticationForm.error_messages,
        "invalid_login": _(
            "This e-mail address and password do not go together. Check both, or set a new "
            "password. After five failures the sign-in is closed for a quarter of an hour."
        ),
    }


class PasswordResetForm(forms.Form):
    email = forms.EmailField(
        label=_("Work email"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autofocus": True, "autocomplete": "email"}),
    )


class SetPasswordForm(DjangoSetPasswordForm):
    def save(self, commit: bool = True) -> Any:
        set_password(user=self.user, password=self.cleaned_data["new_password1"], by=self.user)
        return self.user
