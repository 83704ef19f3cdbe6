/**
 * Common configuration keys, to suggest the nearest one for a misspelled key: from the references of nginx, Caddy,
 * HAProxy, Redis, PostgreSQL, sshd_config(5), systemd.service(5) and the Kubernetes pod specification.
 */
export const KNOWN_KEYS: readonly string[] = `
  listen server server_name location root index proxy_pass proxy_set_header proxy_read_timeout upstream rewrite return
  ssl_certificate ssl_certificate_key ssl_protocols client_max_body_size worker_processes worker_connections error_log
  access_log include gzip try_files add_header keepalive_timeout resolver fastcgi_pass auth_basic auth_basic_user_file
  reverse_proxy file_server respond handle handle_path route redir encode header basicauth basic_auth tls log import
  php_fastcgi templates uri vars abort error request_header request_body forward_auth email auto_https admin
  frontend backend default_backend bind balance maxconn daemon stats timeout option mode global defaults acl use_backend
  port protected-mode requirepass maxmemory maxmemory-policy appendonly save dir logfile databases tcp-backlog
  shared_buffers max_connections listen_addresses work_mem wal_level max_wal_size effective_cache_size log_min_messages
  PermitRootLogin PasswordAuthentication PubkeyAuthentication AllowUsers AuthorizedKeysFile ListenAddress Subsystem
  Description After Requires Wants ExecStart ExecStartPre ExecReload ExecStop Restart RestartSec User Group Environment
  EnvironmentFile WorkingDirectory WantedBy LimitNOFILE TimeoutStartSec RuntimeDirectory StateDirectory Type PIDFile
  apiVersion kind metadata spec replicas selector template containers image command args env envFrom ports containerPort
  hostPort volumeMounts volumes resources limits requests livenessProbe readinessProbe startupProbe httpGet tcpSocket
  initialDelaySeconds periodSeconds failureThreshold imagePullSecrets imagePullPolicy serviceAccountName nodeSelector
  strategy storageClassName accessModes configMap secretKeyRef configMapKeyRef securityContext restartPolicy labels
  annotations namespace services depends_on healthcheck networks environment env_file build restart
`
  .trim()
  .split(/\s+/);
