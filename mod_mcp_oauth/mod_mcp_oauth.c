/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include <httpd.h>

#include <http_config.h>
#include <http_connection.h>
#include <http_protocol.h>
#include <http_request.h>
#include <mpm_common.h>

#include "config/directives.h"
#include "server/audit.h"
#include "server/authn.h"
#include "server/authz.h"
#include "server/claim.h"
#include "server/endpoint.h"
#include "server/expr.h"
#include "server/forged.h"
#include "server/gate.h"
#include "server/identity.h"
#include "server/life.h"
#include "server/park.h"
#include "server/parts.h"
#include "server/status.h"
#include "server/streamable.h"

static void register_life(void)
{
    ap_hook_pre_config(mcp_server_life_pre_config, NULL, NULL,
                       APR_HOOK_MIDDLE);
    ap_hook_check_config(mcp_server_life_check_config, NULL, NULL,
                         APR_HOOK_MIDDLE);
    ap_hook_test_config(mcp_server_life_test_config, NULL, NULL,
                        APR_HOOK_MIDDLE);
    ap_hook_post_config(mcp_server_life_post_config, NULL, NULL,
                        APR_HOOK_MIDDLE);
    ap_hook_child_init(mcp_server_life_child_init, NULL, NULL,
                       APR_HOOK_MIDDLE);
    ap_hook_child_stopping(mcp_server_life_child_stopping, NULL, NULL,
                           APR_HOOK_MIDDLE);
    ap_hook_monitor(mcp_server_audit_monitor, NULL, NULL, APR_HOOK_MIDDLE);
}

static void register_hooks(apr_pool_t *pool)
{
    mcp_server_parts_register(pool);
    mcp_server_identity_register();
    mcp_server_status_register();

    register_life();
    ap_hook_expr_lookup(mcp_server_expr_lookup, NULL, NULL, APR_HOOK_MIDDLE);

    ap_hook_process_connection(mcp_server_park_process_connection, NULL, NULL,
                               APR_HOOK_REALLY_FIRST);
    ap_hook_suspend_connection(mcp_server_park_suspend_connection, NULL, NULL,
                               APR_HOOK_MIDDLE);
    ap_hook_resume_connection(mcp_server_park_resume_connection, NULL, NULL,
                              APR_HOOK_MIDDLE);
    ap_hook_post_read_request(mcp_server_forged_strip, NULL, NULL,
                              APR_HOOK_REALLY_FIRST);
    ap_hook_pre_translate_name(mcp_server_claim_pre_translate_name, NULL, NULL,
                               APR_HOOK_REALLY_FIRST);
    ap_hook_translate_name(mcp_server_claim_translate_name, NULL, NULL,
                           APR_HOOK_REALLY_FIRST);
    ap_hook_map_to_storage(mcp_server_claim_map_to_storage, NULL, NULL,
                           APR_HOOK_REALLY_FIRST);
    ap_hook_header_parser(mcp_server_gate_check, NULL, NULL,
                          APR_HOOK_REALLY_FIRST);
    ap_hook_check_access_ex(mcp_server_claim_access_checker_ex, NULL, NULL,
                            APR_HOOK_REALLY_FIRST, AP_AUTH_INTERNAL_PER_CONF);
    ap_hook_check_access_ex(mcp_server_authn_forget, NULL, NULL,
                            APR_HOOK_REALLY_FIRST, AP_AUTH_INTERNAL_PER_CONF);
    ap_hook_force_authn(mcp_server_authn_force, NULL, NULL, APR_HOOK_FIRST);
    ap_hook_check_authn(mcp_server_authn_check, NULL, NULL, APR_HOOK_MIDDLE,
                        AP_AUTH_INTERNAL_PER_CONF);
    ap_hook_check_authz(mcp_server_authz_check, NULL, NULL,
                        APR_HOOK_REALLY_FIRST, AP_AUTH_INTERNAL_PER_CONF);
    ap_hook_type_checker(mcp_server_claim_type_checker, NULL, NULL,
                         APR_HOOK_REALLY_FIRST);
    ap_hook_fixups(mcp_server_identity_fixups, NULL, NULL, APR_HOOK_FIRST);
    ap_hook_handler(mcp_server_endpoint_handle, NULL, NULL,
                    APR_HOOK_REALLY_FIRST);
    ap_hook_handler(mcp_server_streamable_handle, NULL, NULL,
                    APR_HOOK_REALLY_FIRST);
}

AP_DECLARE_MODULE(mcp_oauth) = {
    STANDARD20_MODULE_STUFF,
    mcp_config_directives_create_dir,
    mcp_config_directives_merge_dir,
    mcp_config_directives_create_server,
    mcp_config_directives_merge_server,
    mcp_config_directives,
    register_hooks,
    AP_MODULE_FLAG_NONE,
};
