### Python 프로그램에서는 어떻게 되는지, 도움말의 주석.

death-serial = Python이라면 프로그램이 끝났을 것이다
death-serial-short = Python이라면 프로그램 끝
death-threads = Python이라면 모든 스레드와 함께 프로세스 전체가 죽었을 것이다
death-threads-short = Python이라면 프로세스 전체가 죽음
death-pool =
    Python이라면 Pool.map()은 영영 돌아오지 않고(bpo-22393), ProcessPoolExecutor는 BrokenProcessPool 예외를 냈을 것이다
death-pool-short = Python이라면 Pool.map()은 돌아오지 않고, ProcessPoolExecutor는 예외를 낸다
death-pool-shortest = Python이라면 Pool.map()은 영영 대기
death-pool-briefest = Python: map()은 영영 대기
death-process = Python이라면 다른 프로세스는 끝까지 실행되고, 이 프로세스의 종료 코드는 { $code }이다
death-process-short = Python이라면 종료 코드 { $code }, 나머지는 계속

## 레인이 Python 프로그램일 때.

death-serial-here = 프로그램이 끝났다
death-threads-here = 모든 스레드와 함께 프로세스 전체가 죽었다
death-pool-here = Pool.map()은 사라진 결과를 영영 기다린다(bpo-22393)
death-pool-here-short = Pool.map()은 영영 기다린다
death-process-here = 다른 프로세스는 끝까지 실행되고, 이 프로세스의 종료 코드는 { $code }이다
death-process-here-short = 종료 코드 { $code }
pool-given-up = 나머지 작업이 끝나고 { $time } 뒤에도 Pool.map()이 돌아오지 않아 mpviz가 포기했다
pool-given-up-short = { $time } 뒤에 mpviz가 Pool.map()을 포기했다
start-of-python = { $python }은(는) { $workers }을(를) { $time } 만에 시작했고({ $native } { $native_time })
cost-of-python = { $started }, 숫자당 CPU { $cpu }을(를) 썼다({ $native_cpu })
cost-of-receiving = 워커가 작업을 받아 역직렬화하는 데 { $time } 걸렸다
python-queue = Python에서는 대기 중인 인자가 부모에 남고, 보낼 때 직렬화(pickle)된다

## 도움말의 주석. 72칸까지.

help-queue = 대기열: Python에서는 대기 중인 인자가 부모에 남고 보낼 때 직렬화된다.
help-memory = 메모리: 숫자가 메모리에 있거나 쓰이고 있는 작업.
help-cores = 코어: 레인이 쓰는 코어, 1초 평균. 코어 옆의 %는 모든 프로그램의 부하다.
help-tiles = %: 제목에서는 실행 중인 작업까지 친 작업량, 타일에서는 그 작업의 진행률.
help-queue-of-program = 대기열: 아직 꺼내지 않은 작업. 직렬화된 인자는 부모가 갖고 있다.
help-memory-of-program = 메모리: 워커가 가진 작업, 워커의 전용 메모리.
help-queue-of-cluster = 대기열: 스케줄러에 있는 작업, 워커로 보냈지만 시작하지 않은 작업.
help-memory-of-cluster = 메모리: 실행 중인 작업. managed: 결과, spilled: 디스크로 옮긴 결과.
help-unmanaged = unmanaged: 모듈, 회수되지 않은 객체 등 워커의 나머지 메모리.
help-saturation = saturation: 스케줄러가 워커에 스레드마다 몇 개의 작업을 보내는지.
help-blocked = 차단: 코어에도 없고 코어를 기다리지도 않음. 락: futex에 있음.
