### 프로그램이나 클러스터의 일부를 관찰하지 못한 까닭. $error는 운영체제, Python, Dask가 낸 글이다.

# 관찰하는 프로그램의 프로세스가 보고를 쓰는 파일.
gap-file-unreadable = 프로세스 하나의 보고를 읽을 수 없다: { $file }: { $error }
gap-file-foreign = 프로세스 하나의 보고를 읽을 수 없다: { $file } 파일은 이 사용자의 것이 아니다
gap-file-version-differs = 프로세스 하나의 보고를 읽을 수 없다: { $file } 파일의 형식이 { $expected }이(가) 아니라 다른 mpviz의 { $found }이다. 프로그램을 하나의 mpviz로만 시작한다.
gap-file-invalid = 프로세스 하나의 보고를 읽을 수 없다: { $file } 파일이 손상되었거나 다른 프로세스의 것이다. 프로그램을 다시 시작한다.
gap-file-resized = 프로세스 하나의 보고를 읽을 수 없다: { $file } 파일의 크기가 { $expected }바이트가 아니라 { $found }바이트이다
gap-records-invalid = 프로세스 { $pid }이(가) mpviz가 해석할 수 없는 기록을 썼다
gap-waits-unknown =
    프로세스 { $pid }이(가) 무엇에 막혔는지 /proc/{ $pid }/syscall에서 읽을 수 없다: 추적을 금지했거나 다른 사용자의 프로세스이다

# 클러스터. scheduler는 스케줄러, heartbeat는 하트비트로 쓴다.
gap-cluster-not-started-by-program =
    { $address }의 Dask 클러스터는 이 프로그램이 시작하지 않았다: mpviz watch --dask { $address } 명령으로 볼 수 있다
gap-scheduler-silent = { $address }의 Dask 클러스터를 관찰하지 못했다: 스케줄러의 보고가 없었다
gap-scheduler-not-heard = { $address }의 Dask 클러스터를 관찰하지 못했다: { $error }
gap-last-reports-missing = { $address }의 Dask 클러스터의 마지막 보고가 없다: 스케줄러가 닫히지 않았거나 응답하지 않았거나, mpviz가 너무 늦게 읽었다
gap-last-reports-unreadable = { $address }의 Dask 클러스터의 마지막 보고를 읽을 수 없다: { $error }
gap-cluster-went-on = 프로그램이 끝난 뒤에도 { $address }의 Dask 클러스터가 계속되었다: mpviz watch --dask { $address }로 볼 수 있다
gap-worker-silent = 워커 { $worker }의 하트비트가 { $seconds }초 넘게 오지 않았다
gap-starts-unreported = 작업의 시작이 보고되지 않는다: { $error }
gap-counts-only = HTTP로는 작업 수만 알 수 있다: 이름, 시간, 스레드, 유실된 작업은 알 수 없다
gap-workers-outdated = 작업이 실행되는 동안 Dask의 /json/identity.json이 실패한다: 워커는 마지막 응답의 것이고, 그동안 메모리는 알 수 없다
gap-connection-lost = { $address }의 스케줄러와 연결이 끊겼다: { $error }; 스케줄러의 로그를 확인한다
gap-no-answer = { $address }이(가) 더는 응답하지 않는다: { $error }; 스케줄러의 로그를 확인한다
gap-graph-failed = 그래프가 실패했다: { $error }

# 클러스터를 관찰하지 못한 까닭. 명령행의 오류이기도 하다.
gap-cluster-not-started = 클러스터를 시작할 수 없다: { $error }
gap-python-not-started = --python { $python }을(를) 시작할 수 없다: { $error }
gap-python-too-slow = { $python }이(가) { $seconds }초 안에 시작하지 않았다: 다른 Python을 --python으로 지정한다
gap-driver-silent = { $python }이(가) 보고 없이 끝났다: dask.distributed가 있는지 mpviz doctor로 확인한다
gap-report-invalid = { $python }이(가) 잘못된 보고를 썼다: { $error }
gap-dask-missing = { $python }에 dask.distributed가 없다: --python으로 그것이 있는 Python을 지정한다
gap-dask-too-old = { $python }의 dask.distributed { $version }은(는) 너무 오래됐다: { $needed } 이상이 필요하다
gap-dask-differs =
    { $address }의 스케줄러는 Dask 버전이 { $python }의 { $version }과(와) 다르다: --python으로 다른 Python을 지정한다
gap-python-differs =
    스케줄러의 Python은 { $scheduler }, { $python }은(는) { $version }이다: --python으로 같은 버전의 Python을 지정한다
gap-address-missing = 주소가 없다: --dask 뒤에 쓰거나 DASK_SCHEDULER_ADDRESS를 설정한다
gap-not-connected = { $address }에 연결할 수 없다: { $error }
gap-plugin-refused = 스케줄러가 플러그인을 거부한다: { $error }; 스케줄러의 HTTP 포트를 --dask로 지정한다
gap-system = 클러스터를 관찰할 수 없다: { $error }
