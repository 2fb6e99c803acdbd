"""Has user pools be as their settings say, as Cognito does.

- A password policy asks for no more than it says: what it leaves out is false, and the AWS provider
  leaves out what is false. The emulator takes it as true, and refuses passwords without a symbol. A
  pool without any policy has Cognito's own, which asks for all of it.
- A pool with deletion protection is not deleted. The emulator stores the protection alone.
- A group can be changed. The emulator does not know UpdateGroup.

https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_PasswordPolicyType.html
https://docs.aws.amazon.com/cognito/latest/developerguide/managing-users-passwords.html
https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-settings-deletion-protection.html
https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_UpdateGroup.html
"""

from typing import Any

from ministack.core.responses import (  # pyright: ignore[reportMissingTypeStubs]
    error_response_json,
)
from ministack.services import cognito  # pyright: ignore[reportMissingTypeStubs]

REQUIREMENTS = ("RequireUppercase", "RequireLowercase", "RequireNumbers", "RequireSymbols")
GROUP_SETTINGS = ("Description", "Precedence", "RoleArn")
PROTECTED = (
    "The user pool cannot be deleted because deletion protection is activated. "
    "Deletion protection must be inactivated first."
)

_cognito: Any = cognito


def keep_to_pool_settings() -> None:
    """Patch the emulator that this process runs."""
    errors, delete = _cognito._password_policy_errors, _cognito._delete_user_pool

    def errors_by_policy(pool: dict[str, Any], password: str) -> list[str]:
        if policy := pool.get("Policies", {}).get("PasswordPolicy"):
            whole = dict.fromkeys(REQUIREMENTS, False) | policy
            pool = {**pool, "Policies": {"PasswordPolicy": whole}}
        return errors(pool, password)

    def delete_unless_protected(data: dict[str, Any]) -> Any:
        pool = _cognito._user_pools.get(data.get("UserPoolId")) or {}
        if pool.get("DeletionProtection") == "ACTIVE":
            return error_response_json("InvalidParameterException", PROTECTED, 400)
        return delete(data)

    dispatch = _cognito._dispatch_idp

    async def dispatch_all(action: str, data: dict[str, Any]) -> Any:
        if action != "UpdateGroup":
            return await dispatch(action, data)
        pool = _cognito._user_pools.get(data.get("UserPoolId")) or {}
        if group := pool.get("_groups", {}).get(data.get("GroupName")):
            group |= {key: data[key] for key in GROUP_SETTINGS if key in data}
        return await dispatch("GetGroup", data)

    _cognito._dispatch_idp = dispatch_all
    _cognito._password_policy_errors = errors_by_policy
    _cognito._delete_user_pool = delete_unless_protected
