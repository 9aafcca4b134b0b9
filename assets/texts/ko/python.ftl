### Python 프로그램에서는 어떻게 되는지, 도움말의 주석.

death-serial = Python이라면 프로그램이 끝난다
death-serial-short = Python: 프로그램 끝남
death-threads = Python이라면 모든 스레드와 함께 프로세스 전체가 죽는다
death-threads-short = Python: 프로세스 전체가 죽음
death-pool =
    Python이라면 Pool.map()이 영영 돌아오지 않는다(bpo-22393). ProcessPoolExecutor는 BrokenProcessPool 예외를 낸다
death-pool-short = Python: Pool.map()은 돌아오지 않고, ProcessPoolExecutor는 예외를 낸다
death-pool-shortest = Python: Pool.map()은 돌아오지 않음
death-process = Python이라면 다른 프로세스는 끝까지 실행되고, 이 프로세스의 종료 코드는 { $code }이다
death-process-short = Python: 종료 코드 { $code }, 나머지는 계속
start-of-python = { $python }은(는) { $workers }을(를) { $time } 만에 시작했고({ $native } { $native_time })
cost-of-python = { $started }, 숫자당 CPU { $cpu }을(를) 썼다({ $native_cpu })
cost-of-receiving = 워커가 작업을 받아 역직렬화하는 데 { $time } 걸렸다
python-queue = Python에서는 대기 중인 인자가 부모에 남고, 보낼 때 직렬화(pickle)된다

## 도움말의 주석. 72칸까지.

help-queue = 대기열: Python에서는 대기 중인 인자가 부모에 남고 보낼 때 직렬화된다.
help-memory = 메모리: 숫자가 메모리에 있거나 쓰이고 있는 작업.
help-cores = 코어: 사용 중인 코어, 최근 1초의 평균.
help-tiles = 타일의 백분율은 그 작업의 진행률이다.
help-queue-of-program = 대기열: 아직 꺼내지 않은 작업. 직렬화된 인자는 부모가 갖고 있다.
help-memory-of-program = 메모리: 워커가 가진 작업, 워커의 전용 메모리.
help-blocked = 차단: 코어에도 없고 코어를 기다리지도 않음. 락: futex에 있음.
